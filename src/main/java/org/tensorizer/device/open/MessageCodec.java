package org.tensorizer.device.open;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.TensorSpec;

/** Messages as bytes: one type byte and the fields in their order. Strings and lists have their length before them. */
final class MessageCodec {
    private MessageCodec() {}

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
        if (message instanceof Message.Run run) {
            out.writeByte(1);
            out.writeInt(run.session());
        } else if (message instanceof Message.Done) {
            out.writeByte(2);
        } else if (message instanceof Message.Open open) {
            out.writeByte(3);
            out.writeInt(open.session());
            text(out, open.name());
            out.writeInt(open.model().length);
            out.write(open.model());
        } else if (message instanceof Message.Opened opened) {
            out.writeByte(4);
            specs(out, opened.inputs());
            specs(out, opened.outputs());
            text(out, opened.area());
        } else if (message instanceof Message.Close close) {
            out.writeByte(5);
            out.writeInt(close.session());
        } else if (message instanceof Message.Failed failed) {
            out.writeByte(6);
            out.writeByte(failed.reason().ordinal());
            out.writeByte(failed.kind().ordinal());
            text(out, failed.message());
            out.writeInt(failed.log().size());
            for (String line : failed.log()) {
                text(out, line);
            }
        } else if (message instanceof Message.Hello hello) {
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
            case 1 -> new Message.Run(in.readInt());
            case 2 -> new Message.Done();
            case 3 -> new Message.Open(in.readInt(), text(in), bytes(in));
            case 4 -> new Message.Opened(specs(in), specs(in), text(in));
            case 5 -> new Message.Close(in.readInt());
            case 6 -> failed(in);
            case 7 -> new Message.Hello(text(in), text(in));
            default -> throw new IOException("frame of unknown type " + type);
        };
    }

    private static Message.Failed failed(DataInputStream in) throws IOException {
        Message.Reason reason = pick(Message.Reason.values(), in.readByte());
        DeviceFault.Kind kind = pick(DeviceFault.Kind.values(), in.readByte());
        return new Message.Failed(reason, kind, text(in), lines(in));
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
}
