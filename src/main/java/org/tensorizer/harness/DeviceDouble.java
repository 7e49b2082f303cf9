package org.tensorizer.harness;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.tensorizer.device.Device;
import org.tensorizer.device.ForwardingSession;
import org.tensorizer.device.ForwardingSession.SwappingSession;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.WeightSwap;
import org.tensorizer.device.emulator.EmulatorDevice;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.template.CompiledModelWriter;
import org.tensorizer.template.DenseSpec;
import org.tensorizer.template.DenseTemplate;

/** The emulated Edge TPU with something between it and whoever asks it: models, payloads or answers are changed. */
record DeviceDouble(Function<TfliteModel, Session> opening) implements Device {
    /** Goes on with the first weights that it was given for each model name. */
    static Device keepingFirstWeights() {
        Device real = new EmulatorDevice();
        Map<String, TfliteModel> first = new ConcurrentHashMap<>();
        return new DeviceDouble(model -> keeping(real.open(first.computeIfAbsent(model.name(), name -> model))));
    }

    /** Loads another layer instead of the Dense layer it is given. */
    static Device loading(UnaryOperator<DenseSpec> change) {
        Device real = new EmulatorDevice();
        return new DeviceDouble(model -> {
            DenseSpec spec = DenseTemplate.of(model).spec();
            return real.open(model.name(), CompiledModelWriter.write(change.apply(spec)));
        });
    }

    /** Changes the raw bytes of every answer. */
    static Device answering(UnaryOperator<byte[]> change) {
        Device real = new EmulatorDevice();
        return new DeviceDouble(model -> new ForwardingSession(real.open(model)) {
            @Override
            public List<byte[]> run(List<byte[]> inputs) {
                return super.run(inputs).stream().map(change).toList();
            }

            @Override
            public Optional<WeightSwap> weightSwap() {
                return session().weightSwap();
            }
        });
    }

    @Override
    public String name() {
        return "double";
    }

    @Override
    public Provenance provenance() {
        return Provenance.DOUBLE;
    }

    @Override
    public Session open(TfliteModel model) {
        return opening.apply(model);
    }

    /** Takes payloads and goes on with the one it has. */
    private static Session keeping(Session session) {
        return session.weightSwap()
                .<Session>map(real -> new SwappingSession(session, new WeightSwap() {
                    @Override
                    public int payloadBytes() {
                        return real.payloadBytes();
                    }

                    @Override
                    public void swap(ByteBuffer payload) {
                        // that is what is wrong with it
                    }
                }))
                .orElse(session);
    }
}
