package org.tensorizer.device.open;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.TensorSpec;
import org.tensorizer.device.coral.RuntimeLog;

/** What parent and child say to each other. The child answers each request with one reply, in order. */
sealed interface Message {
    /** Child, once, when its device is open. */
    record Hello(String device, String provenance) implements Message {}

    /** Parent: load a model. */
    record Open(int session, String name, ByteBuffer model) implements Message {}

    /**
     * Child: it is loaded.
     *
     * @param area file of the {@link TensorArea}
     */
    record Opened(List<TensorSpec> inputs, List<TensorSpec> outputs, String area) implements Message {}

    /** Parent: the area's inputs are written, run. */
    record Run(int session) implements Message {}

    /** Child: the area's outputs are written. Also the reply to {@link Close}. */
    record Done() implements Message {}

    record Close(int session) implements Message {}

    /**
     * Child: the request failed, the child lives on.
     *
     * @param kind of the fault, where it is one
     */
    record Failed(Reason reason, DeviceFault.Kind kind, String message, List<String> log) implements Message {
        /** An exception on its way from child to parent. */
        static Failed of(Throwable t) {
            if (t instanceof DeviceFault fault) {
                return new Failed(Reason.DEVICE_FAULT, fault.kind(), fault.what(), fault.log());
            }
            if (t instanceof BadInputException) {
                return other(Reason.BAD_INPUT, String.valueOf(t.getMessage()));
            }
            if (t instanceof IllegalArgumentException) {
                return other(Reason.ILLEGAL_ARGUMENT, String.valueOf(t.getMessage()));
            }
            return new Failed(Reason.DEVICE_FAULT, DeviceFault.Kind.REFUSED, "the worker failed: " + t, List.of());
        }

        /**
         * That exception, in the parent.
         *
         * @param heard the last lines that the child's runtime printed: a refusal says why there alone
         */
        RuntimeException exception(String device, List<String> heard) {
            return switch (reason) {
                case BAD_INPUT -> new BadInputException(message);
                case ILLEGAL_ARGUMENT -> new IllegalArgumentException(message);
                case DEVICE_FAULT -> {
                    String why = kind == DeviceFault.Kind.REFUSED && log.isEmpty()
                            ? RuntimeLog.refusal(heard)
                                    .map(said -> "; the runtime said: " + said)
                                    .orElse("")
                            : "";
                    yield new DeviceFault(kind, device, message + why, log.isEmpty() ? heard : log, null);
                }
            };
        }

        private static Failed other(Reason reason, String message) {
            return new Failed(reason, DeviceFault.Kind.REFUSED, message, List.of());
        }
    }

    /** Which exception the parent is to throw. */
    enum Reason {
        BAD_INPUT,
        ILLEGAL_ARGUMENT,
        DEVICE_FAULT
    }

    /** This as bytes: one type byte and the fields in their order; strings and lists have their length before them. */
    static byte[] encode(Message message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            encode(message, new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new IllegalStateException("memory does not fail to be written", e);
        }
        return bytes.toByteArray();
    }

    private static void encode(Message message, DataOutputStream out) throws IOException {
        if (message instanceof Run run) {
            out.writeByte(1);
            out.writeInt(run.session());
        } else if (message instanceof Done) {
            out.writeByte(2);
        } else if (message instanceof Open open) {
            out.writeByte(3);
            out.writeInt(open.session());
            text(out, open.name());
            out.writeInt(open.model().remaining());
            Channels.newChannel(out).write(open.model().duplicate());
        } else if (message instanceof Opened opened) {
            out.writeByte(4);
            specs(out, opened.inputs());
            specs(out, opened.outputs());
            text(out, opened.area());
        } else if (message instanceof Close close) {
            out.writeByte(5);
            out.writeInt(close.session());
        } else if (message instanceof Failed failed) {
            out.writeByte(6);
            out.writeByte(failed.reason().ordinal());
            out.writeByte(failed.kind().ordinal());
            text(out, failed.message());
            out.writeInt(failed.log().size());
            for (String line : failed.log()) {
                text(out, line);
            }
        } else if (message instanceof Hello hello) {
            out.writeByte(7);
            text(out, hello.device());
            text(out, hello.provenance());
        }
    }

    /** @throws IOException if the bytes are no message */
    static Message decode(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        int type = in.readByte();
        return switch (type) {
            case 1 -> new Run(in.readInt());
            case 2 -> new Done();
            case 3 -> new Open(in.readInt(), text(in), ByteBuffer.wrap(bytes(in)));
            case 4 -> new Opened(specs(in), specs(in), text(in));
            case 5 -> new Close(in.readInt());
            case 6 -> failed(in);
            case 7 -> new Hello(text(in), text(in));
            default -> throw new IOException("frame of unknown type " + type);
        };
    }

    private static Failed failed(DataInputStream in) throws IOException {
        Reason reason = pick(Reason.values(), in.readByte());
        DeviceFault.Kind kind = pick(DeviceFault.Kind.values(), in.readByte());
        return new Failed(reason, kind, text(in), lines(in));
    }

    private static <T> T pick(T[] values, int ordinal) throws IOException {
        if (ordinal < 0 || ordinal >= values.length) {
            throw new IOException("no constant " + ordinal + " among " + values.length);
        }
        return values[ordinal];
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("a field of " + length + " bytes in a frame with " + in.available() + " left");
        }
        return in.readNBytes(length);
    }

    private static List<String> lines(DataInputStream in) throws IOException {
        int count = in.readInt();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lines.add(text(in));
        }
        return lines;
    }

    private static void specs(DataOutputStream out, List<TensorSpec> specs) throws IOException {
        out.writeInt(specs.size());
        for (TensorSpec spec : specs) {
            text(out, spec.name());
            text(out, spec.type());
            out.writeInt(spec.shape().size());
            for (int dimension : spec.shape()) {
                out.writeInt(dimension);
            }
            out.writeFloat(spec.scale());
            out.writeInt(spec.zeroPoint());
            out.writeInt(spec.byteSize());
        }
    }

    private static List<TensorSpec> specs(DataInputStream in) throws IOException {
        int count = in.readInt();
        List<TensorSpec> specs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = text(in);
            String type = text(in);
            List<Integer> shape = new ArrayList<>();
            for (int rank = in.readInt(); rank > 0; rank--) {
                shape.add(in.readInt());
            }
            specs.add(new TensorSpec(name, type, shape, in.readFloat(), in.readInt(), in.readInt()));
        }
        return specs;
    }

    /** Frames over a socket: four bytes of length, then the message. One thread at a time in each direction. */
    final class Frames implements AutoCloseable {
        /** Large enough for any model, small enough to notice a stream that lost its frames. */
        private static final int LONGEST = 1 << 30;

        private final SocketChannel channel;
        private final ByteBuffer small = ByteBuffer.allocateDirect(8192);

        Frames(SocketChannel channel) {
            this.channel = channel;
        }

        void send(Message message) throws IOException {
            byte[] body = encode(message);
            ByteBuffer frame =
                    body.length + 4 <= small.capacity() ? small.clear() : ByteBuffer.allocate(body.length + 4);
            frame.putInt(body.length).put(body).flip();
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
        }

        /** @throws EOFException the other side has closed, or its process has ended */
        Message receive() throws IOException {
            small.clear().limit(4);
            fill(small);
            int length = small.getInt(0);
            if (length < 1 || length > LONGEST) {
                throw new IOException("frame of " + length + " bytes");
            }
            ByteBuffer body = length <= small.capacity() ? small.clear().limit(length) : ByteBuffer.allocate(length);
            fill(body);
            byte[] bytes = new byte[length];
            body.flip().get(bytes);
            return decode(bytes);
        }

        private void fill(ByteBuffer buffer) throws IOException {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer) < 0) {
                    throw new EOFException("the other side has closed");
                }
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
