package org.tensorizer.device.open;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Session;
import org.tensorizer.device.TensorSpec;

/** A session whose interpreter is in the child. After a fault of the child every call is that fault again. */
final class WorkerSession implements Session {
    private final WorkerDevice device;
    private final WorkerProcess worker;
    private final int number;
    private final String model;
    private final Message.Opened facts;
    private final TensorArea area;
    private boolean closed;

    WorkerSession(
            WorkerDevice device,
            WorkerProcess worker,
            int number,
            String model,
            Message.Opened facts,
            TensorArea area) {
        this.device = device;
        this.worker = worker;
        this.number = number;
        this.model = model;
        this.facts = facts;
        this.area = area;
    }

    @Override
    public List<TensorSpec> inputs() {
        return facts.inputs();
    }

    @Override
    public List<TensorSpec> outputs() {
        return facts.outputs();
    }

    @Override
    public synchronized List<byte[]> run(List<byte[]> inputs) {
        requireOpen();
        requireSizes(inputs);
        for (int i = 0; i < inputs.size(); i++) {
            area.inputs().get(i).put(0, inputs.get(i));
        }
        device.infer(worker, number, model);
        List<byte[]> outputs = new ArrayList<>(area.outputs().size());
        for (ByteBuffer view : area.outputs()) {
            byte[] output = new byte[view.capacity()];
            view.get(0, output);
            outputs.add(output);
        }
        return outputs;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(model + ": the session is closed");
        }
    }

    private void requireSizes(List<byte[]> inputs) {
        if (inputs.size() != facts.inputs().size()) {
            throw new IllegalArgumentException(
                    model + ": expected " + facts.inputs().size() + " inputs, found " + inputs.size());
        }
        for (int i = 0; i < inputs.size(); i++) {
            TensorSpec spec = facts.inputs().get(i);
            if (inputs.get(i).length != spec.byteSize()) {
                throw new IllegalArgumentException(model + ": input " + i + ", " + spec.name() + ": expected "
                        + spec.byteSize() + " bytes, found " + inputs.get(i).length);
            }
        }
    }

    /** Gives back what the child holds; where the child is gone there is nothing to give back. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            if (worker.isAlive()) {
                try {
                    device.closeSession(worker, number, model);
                } catch (DeviceFault e) {
                    // the child ended or hung on it; the device knows and opens another one
                }
            }
        }
    }
}
