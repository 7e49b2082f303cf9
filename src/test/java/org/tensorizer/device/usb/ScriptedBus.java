package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.tensorizer.device.usb.UsbPort.Speed;

/** One Coral in memory that answers at once: its USB side. Faults are put in by hooks. */
final class ScriptedBus implements UsbBus {
    final ScriptedChip chip = new ScriptedChip(this::say, () -> this.control.chunkBytes());
    final ScriptedControl control = new ScriptedControl(chip.mistakes);

    private final Map<Integer, Deque<Pending>> reads = new ConcurrentHashMap<>();
    private final Map<Integer, Deque<byte[]>> answers = new ConcurrentHashMap<>();

    Speed speed = Speed.SUPER;
    boolean present = true;
    boolean bootLoader;
    boolean claimedElsewhere;
    int resets;
    int opened;
    int openNow;

    /** Called for each write to the chip; what it gives is how the write ends, null for never. */
    Writes writeHook = number -> UsbStatus.COMPLETED;

    private int writes;
    private int address = 4;

    interface Writes {
        UsbStatus of(int number);
    }

    private record Pending(ByteBuffer buffer, UsbTransport.Transfer.Completion completion, Object transfer) {}

    ScriptedBus() {
        reset();
    }

    /** From now on the chip knows the model's programs. */
    ScriptedBus knows(String name, byte[] model) {
        chip.knows(name, model);
        return this;
    }

    private void reset() {
        control.reset();
        answers.clear();
        chip.reset();
    }

    @Override
    public List<UsbPort> devices() {
        UsbPort other = new UsbPort(1, "1", 1, 0x1d6b, 3, Speed.SUPER);
        return present ? List.of(other, port()) : List.of(other);
    }

    private UsbPort port() {
        return new UsbPort(
                2,
                "1.4",
                address,
                bootLoader ? Wire.BOOT_VENDOR : Wire.VENDOR,
                bootLoader ? Wire.BOOT_PRODUCT : Wire.PRODUCT,
                speed);
    }

    @Override
    public UsbTransport open(UsbPort port) {
        if (!present || port.address() != address) {
            throw new UsbException(UsbStatus.NO_DEVICE, "open " + port);
        }
        opened++;
        openNow++;
        return new Transport(port);
    }

    @Override
    public void close() {}

    /** Ends all reads, as when the device is pulled out. */
    void unplug() {
        present = false;
        List<Pending> all = new ArrayList<>();
        reads.values().forEach(queue -> {
            all.addAll(queue);
            queue.clear();
        });
        all.forEach(pending -> pending.completion().completed(UsbStatus.NO_DEVICE, 0));
    }

    /** An answer out of turn. */
    void say(int endpoint, byte[] bytes) {
        answers.computeIfAbsent(endpoint, key -> new ArrayDeque<>()).add(bytes);
        serve(endpoint);
    }

    private synchronized void queue(int endpoint, Pending pending) {
        reads.computeIfAbsent(endpoint, key -> new ArrayDeque<>()).add(pending);
    }

    private void serve(int endpoint) {
        Deque<Pending> waiting = reads.computeIfAbsent(endpoint, key -> new ArrayDeque<>());
        Deque<byte[]> ready = answers.computeIfAbsent(endpoint, key -> new ArrayDeque<>());
        while (true) {
            Pending pending;
            byte[] bytes;
            synchronized (this) {
                if (waiting.isEmpty() || ready.isEmpty()) {
                    return;
                }
                pending = waiting.removeFirst();
                bytes = ready.removeFirst();
            }
            if (bytes.length > pending.buffer().remaining()) {
                pending.completion()
                        .completed(UsbStatus.OVERFLOW, pending.buffer().remaining());
            } else {
                pending.buffer().put(pending.buffer().position(), bytes);
                pending.completion().completed(UsbStatus.COMPLETED, bytes.length);
            }
        }
    }

    private final class Transport implements UsbTransport {
        private final UsbPort port;
        private boolean claimed;
        private boolean closed;

        private Transport(UsbPort port) {
            this.port = port;
        }

        @Override
        public UsbPort port() {
            return port;
        }

        @Override
        public void claim(int number) {
            require();
            if (claimedElsewhere) {
                throw new UsbException(UsbStatus.BUSY, "claim interface " + number);
            }
            claimed = true;
        }

        private void require() {
            if (!present) {
                throw new UsbException(UsbStatus.NO_DEVICE, "device " + port);
            }
        }

        @Override
        public void release(int number) {
            require();
            claimed = false;
        }

        @Override
        public int control(ControlRequest request, ByteBuffer data, int timeoutMillis) {
            require();
            return control.answer(request, data, claimed, port);
        }

        @Override
        public UsbTransport.Transfer transfer(int endpoint) {
            return new ScriptedTransfer(this, endpoint);
        }

        @Override
        public void reset() {
            require();
            resets++;
            ScriptedBus.this.reset();
            claimed = false;
            if (bootLoader && control.flashed.length > 0) {
                bootLoader = false;
                address++;
                throw new UsbException(UsbStatus.NOT_FOUND, "reset");
            }
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                openNow--;
                reads.keySet().forEach(endpoint -> cancelAll(endpoint, null));
            }
        }
    }

    private void cancelAll(int endpoint, Object transfer) {
        List<Pending> ended;
        synchronized (this) {
            Deque<Pending> queue = reads.getOrDefault(endpoint, new ArrayDeque<>());
            ended = queue.stream()
                    .filter(pending -> transfer == null || pending.transfer() == transfer)
                    .toList();
            queue.removeAll(ended);
        }
        ended.forEach(pending -> pending.completion().completed(UsbStatus.CANCELLED, 0));
    }

    private final class ScriptedTransfer implements UsbTransport.Transfer {
        private final Transport transport;
        private final int endpoint;

        private ScriptedTransfer(Transport transport, int endpoint) {
            this.transport = transport;
            this.endpoint = endpoint;
        }

        @Override
        public void submit(ByteBuffer data, Completion completion) {
            transport.require();
            if (transport.closed || !transport.claimed) {
                throw new IllegalStateException("endpoint " + endpoint + " is not there");
            }
            if (endpoint == Wire.BULK_OUT) {
                UsbStatus status = writeHook.of(writes++);
                if (status == null) {
                    queue(endpoint, new Pending(data, completion, this));
                    return;
                }
                if (status == UsbStatus.COMPLETED) {
                    chip.take(data);
                }
                completion.completed(status, status == UsbStatus.COMPLETED ? data.remaining() : 0);
            } else {
                queue(endpoint, new Pending(data, completion, this));
                serve(endpoint);
            }
        }

        @Override
        public void cancel() {
            cancelAll(endpoint, this);
        }
    }
}
