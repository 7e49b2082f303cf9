package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.tensorizer.model.DmaHints.DmaHint;
import org.tensorizer.model.EdgeTpuPackage;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Relocation;
import org.tensorizer.model.TfliteModel;

/**
 * One Coral in memory that answers at once and by the book: it follows the DMA hints of the models it is told of, and
 * multiplies nothing. Output byte i is input byte i + payload byte i, both around their ends. Faults are put in by hooks.
 * It keeps the protocol: bytes out of turn are an error of the host.
 */
final class ScriptedBus implements UsbBus {
    /** Everything the host did wrong. */
    final List<String> mistakes = new ArrayList<>();

    /** Instruction streams, with relocated bits 0, and the executable they belong to. */
    private final Map<String, Executable> programs = new HashMap<>();

    private final Map<Integer, Long> registers = new HashMap<>();
    private final Map<Integer, Deque<Pending>> reads = new ConcurrentHashMap<>();
    private final Map<Integer, Deque<byte[]>> answers = new ConcurrentHashMap<>();

    UsbSpeed speed = UsbSpeed.SUPER;
    boolean present = true;
    boolean bootLoader;
    boolean claimedElsewhere;
    boolean stuck;
    boolean answersWithOtherIds;
    int release = Wire.VIRTUAL_RELEASE;

    /** Byte of the firmware that comes back changed; -1: none. */
    int forgets = -1;

    byte[] flashed = {};
    int parametersSent;
    int resets;
    int opened;
    int openNow;

    /** Called for each answer about to be sent; may change it, or give none or several. */
    Answers answerHook = (endpoint, bytes) -> List.of(bytes);

    /** Called for each read of a register. */
    Consumer<Register> readHook = register -> {};

    /** Called for each write to the chip; what it gives is how the write ends, null for never. */
    Writes writeHook = number -> UsbStatus.COMPLETED;

    private int writes;
    private int address = 4;
    private ByteBuffer payload = ByteBuffer.allocate(0);
    private Run run;
    private Wire.Header header;
    private ByteBuffer body;

    interface Answers {
        List<byte[]> of(int endpoint, byte[] bytes);
    }

    interface Writes {
        UsbStatus of(int number);
    }

    private record Pending(ByteBuffer buffer, UsbTransfer.Completion completion, Object transfer) {}

    /** A program that runs, hint after hint. */
    private static final class Run {
        final Executable executable;
        final Map<Relocation.Kind, ByteBuffer> data = new EnumMap<>(Relocation.Kind.class);
        int next;

        Run(Executable executable) {
            this.executable = executable;
        }
    }

    ScriptedBus() {
        reset();
    }

    /** From now on the chip knows the model's programs. */
    ScriptedBus knows(String name, byte[] model) {
        TfliteModel file = TfliteModel.parse(name, model);
        for (EdgeTpuPackage compiled : file.packages()) {
            for (Executable executable : compiled.executables()) {
                byte[] first = new byte[executable.chunks().get(0).range().length()];
                file.bytes(executable.chunks().get(0).range()).get(0, first);
                for (Relocation relocation : executable.chunks().get(0).relocations()) {
                    for (int bit = relocation.bit(); bit < relocation.bit() + 32; bit++) {
                        first[bit / 8] &= (byte) ~(1 << bit % 8);
                    }
                }
                programs.put(HexFormat.of().formatHex(first), executable);
            }
        }
        return this;
    }

    /** What the chip would answer with this payload. */
    static byte[] answer(byte[] input, byte[] payload, int size) {
        byte[] output = new byte[size];
        for (int i = 0; i < size; i++) {
            output[i] = (byte) (input[i % input.length] + payload[i % payload.length]);
        }
        return output;
    }

    void set(Register register, long value) {
        registers.put(register.address(), value);
    }

    private void reset() {
        registers.clear();
        registers.put(Register.SCU_CTRL_2.address(), 2L << 18);
        registers.put(Register.SCU_CTRL_3.address(), 0xa00000L);
        answers.clear();
        run = null;
        header = null;
        payload = ByteBuffer.allocate(0);
    }

    @Override
    public List<UsbPort> devices() {
        UsbPort other = new UsbPort(1, "1", 1, 0x1d6b, 3, UsbSpeed.SUPER);
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
                pending.completion().completed(UsbStatus.OVERFLOW, pending.buffer().remaining());
            } else {
                pending.buffer().put(pending.buffer().position(), bytes);
                pending.completion().completed(UsbStatus.COMPLETED, bytes.length);
            }
        }
    }

    private void answer(int endpoint, byte[] bytes) {
        for (byte[] one : answerHook.of(endpoint, bytes)) {
            say(endpoint, one);
        }
    }

    private void take(ByteBuffer bytes) {
        ByteBuffer rest = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (header == null) {
            if (rest.remaining() != Wire.Header.BYTES) {
                mistakes.add("expected a header, found " + rest.remaining() + " bytes");
                return;
            }
            header = Wire.Header.read(rest, 0);
            body = ByteBuffer.allocate((int) header.length());
            if (header.length() > 0) {
                return;
            }
        } else {
            body.put(rest);
        }
        if (!body.hasRemaining()) {
            ByteBuffer whole = body.flip();
            int tag = header.tag();
            header = null;
            received(Wire.Tag.values()[tag], whole);
        }
    }

    private void received(Wire.Tag tag, ByteBuffer bytes) {
        if (tag == Wire.Tag.INSTRUCTIONS && run == null) {
            Executable executable = programs.get(HexFormat.of().formatHex(bytes.array()));
            if (executable == null) {
                mistakes.add("unknown program of " + bytes.remaining() + " bytes");
                return;
            }
            run = new Run(executable);
        } else if (run == null) {
            mistakes.add(tag + " without a program");
            return;
        }
        DmaHint hint = run.executable.hints().hints().get(run.next++);
        if (hint instanceof DmaHint.Descriptor data) {
            if (data.size() != bytes.remaining()) {
                mistakes.add(tag + ": expected " + data.size() + " bytes, found " + bytes.remaining());
            }
            if (data.kind() == Relocation.Kind.PARAMETER) {
                parametersSent++;
                payload = ByteBuffer.wrap(bytes.array().clone());
            }
            run.data.put(data.kind(), bytes);
        }
        goOn();
    }

    private void goOn() {
        List<DmaHint> hints = run.executable.hints().hints();
        int chunk = (int) (registers.getOrDefault(Register.OUTFEED_CHUNK_LENGTH.address(), 128L) * Wire.CHUNK_UNIT);
        while (run != null && run.next < hints.size()) {
            DmaHint hint = hints.get(run.next);
            if (hint instanceof DmaHint.Descriptor output && output.kind() == Relocation.Kind.OUTPUT) {
                byte[] all = answer(
                        run.data.get(Relocation.Kind.INPUT).array(), payload.array(), output.size());
                for (int at = 0; at < all.length; at += chunk) {
                    answer(Wire.OUTPUT_IN, Arrays.copyOfRange(all, at, Math.min(all.length, at + chunk)));
                }
            } else if (hint instanceof DmaHint.Interrupt interrupt) {
                ByteBuffer event = ByteBuffer.allocate(Wire.Event.BYTES);
                new Wire.Event(0, 0, Wire.Tag.SCALAR_CORE_INTERRUPT_0.ordinal() + interrupt.number()).write(event);
                answer(Wire.EVENT_IN, event.array());
            } else {
                return;
            }
            run.next++;
        }
        run = null;
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
            ByteBuffer little = data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            if (request.request() == ControlRequest.GET_DESCRIPTOR && (request.type() & 0x60) == 0) {
                return descriptor(request, little);
            }
            if ((request.type() & ~ControlRequest.DEVICE_TO_HOST) == Dfu.CLASS_REQUEST) {
                return dfu(request, little);
            }
            Register register = Register.at(Register.address(request)).orElseThrow();
            if (!claimed) {
                mistakes.add(register + " without the interface");
            }
            if (request.isIn()) {
                readHook.accept(register);
                long value = registers.getOrDefault(register.address(), 0L);
                if (register.bits() == 64) {
                    little.putLong(little.position(), value);
                } else {
                    little.putInt(little.position(), (int) value);
                }
            } else {
                write(register, register.bits() == 64 ? little.getLong(little.position())
                        : Integer.toUnsignedLong(little.getInt(little.position())));
            }
            return register.bits() / 8;
        }

        private void write(Register register, long value) {
            long stored = value;
            if (register == Register.SCU_CTRL_3) {
                boolean sleeps = (value >>> 22 & 3) == 3 && !stuck;
                stored = value & ~0x300 | (sleeps ? 0x200 : 0);
                if (sleeps) {
                    registers.keySet().removeIf(address -> address >= Register.FIRST_OF_CORE);
                }
            }
            registers.put(register.address(), stored);
        }

        private int descriptor(ControlRequest request, ByteBuffer data) {
            ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
            if (request.value() >>> 8 == ControlRequest.DEVICE_DESCRIPTOR) {
                bytes.put((byte) 18).put((byte) 1).putShort((short) 0x310).putInt(0x09000000);
                int product = answersWithOtherIds ? 1 : port.product();
                bytes.putShort((short) port.vendor()).putShort((short) product).putShort((short) release);
                bytes.position(18);
            } else {
                bytes.put(new byte[] {9, 2, 27, 0, 1, 1, 0, (byte) 0x80, 0});
                bytes.put(new byte[] {9, 4, 0, 0, 0, (byte) 0xfe, 1, 2, 0});
                bytes.put(new byte[] {9, 0x21, 0xd, 0, 0, 0, 1, 1, 1});
            }
            bytes.flip();
            int length = Math.min(bytes.remaining(), request.length());
            data.put(data.position(), bytes, 0, length);
            return length;
        }

        private int state = Dfu.STATE_IDLE;

        private int dfu(ControlRequest request, ByteBuffer data) {
            switch (request.request()) {
                case Dfu.DNLOAD -> {
                    byte[] block = new byte[request.length()];
                    data.get(data.position(), block);
                    int before = request.value() == 0 ? 0 : flashed.length;
                    flashed = Arrays.copyOf(flashed, before + block.length);
                    System.arraycopy(block, 0, flashed, before, block.length);
                    state = block.length == 0 ? Dfu.STATE_IDLE : Dfu.STATE_DNLOAD_IDLE;
                    return block.length;
                }
                case Dfu.GETSTATUS -> {
                    data.put(data.position() + 4, (byte) state);
                    return Dfu.STATUS_BYTES;
                }
                case Dfu.UPLOAD -> {
                    int from = Math.min(flashed.length, request.value() * 256);
                    int length = Math.min(request.length(), flashed.length - from);
                    data.put(data.position(), flashed, from, length);
                    if (forgets >= from && forgets < from + length) {
                        data.put(data.position() + forgets - from, (byte) (flashed[forgets] + 1));
                    }
                    return length;
                }
                default -> throw new UsbException(UsbStatus.STALL, request.toString());
            }
        }

        @Override
        public UsbTransfer transfer(int endpoint) {
            return new Transfer(this, endpoint);
        }

        @Override
        public void reset() {
            require();
            resets++;
            ScriptedBus.this.reset();
            claimed = false;
            if (bootLoader && flashed.length > 0) {
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

    private final class Transfer implements UsbTransfer {
        private final Transport transport;
        private final int endpoint;

        private Transfer(Transport transport, int endpoint) {
            this.transport = transport;
            this.endpoint = endpoint;
        }

        @Override
        public void submit(ByteBuffer data, int timeoutMillis, Completion completion) {
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
                    take(data);
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

        @Override
        public void close() {}
    }
}
