package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines of a trace, which are those of the traces of the real libedgetpu: {@code read32 1a318 0xa00000} for a
 * register (address, then value, hexadecimal), {@code header 3004000000000000 length 1072 tag 0}, {@code arm-in ep1 1024}
 * for a read that starts and {@code in ep1 256} for one that ends, {@code dfu-dnload 0 256} for a block of firmware. What
 * failed ends with {@code failed:} and the reason.
 */
public final class TraceLine {
    private static final Pattern ACCESS = Pattern.compile("(read|write)(32|64) ([0-9a-f]+)( 0x[0-9a-f]+)?(.*)");
    private static final Pattern HEADER = Pattern.compile("header [0-9a-f]{16} length (\\d+) tag (\\d+)");
    private static final Pattern READ = Pattern.compile("(?:arm-)?in ep(\\d) \\d+.*");

    private TraceLine() {}

    static String control(ControlRequest request, ByteBuffer data, int length) {
        int type = request.type() & ~ControlRequest.DEVICE_TO_HOST;
        if (type == Wire.VENDOR_REQUEST) {
            return register(request, data);
        }
        if (type == 0 && request.request() == ControlRequest.GET_DESCRIPTOR) {
            return "get_descriptor type " + (request.value() >>> 8);
        }
        if (type == Dfu.CLASS_REQUEST) {
            return switch (request.request()) {
                case Dfu.DNLOAD -> "dfu-dnload " + request.value() + " " + request.length();
                case Dfu.UPLOAD -> "dfu-upload " + request.value() + " " + request.length();
                case Dfu.GETSTATUS ->
                    "dfu-getstatus -> state " + (length == Dfu.STATUS_BYTES ? data.get(data.position() + 4) : -1);
                default -> request.toString();
            };
        }
        return request.toString();
    }

    private static String register(ControlRequest request, ByteBuffer data) {
        ByteBuffer little = data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        boolean wide = request.request() == Wire.ACCESS_64;
        long value = wide
                ? little.getLong(data.position())
                : Integer.toUnsignedLong(little.getInt(data.position()));
        return (request.isIn() ? "read" : "write") + (wide ? "64 " : "32 ")
                + Integer.toHexString(Register.address(request)) + " 0x" + Long.toHexString(value);
    }

    static String header(ByteBuffer bytes) {
        byte[] raw = new byte[Wire.Header.BYTES];
        bytes.get(0, raw);
        Wire.Header header = Wire.Header.read(bytes, 0);
        return "header " + HexFormat.of().formatHex(raw) + " length " + header.length() + " tag " + header.tag();
    }

    static String armed(int endpoint, int length) {
        return "arm-" + in(endpoint, length);
    }

    static String in(int endpoint, int length) {
        return (endpoint == Wire.BULK_OUT ? "out" : "in") + " ep" + (endpoint & 0xf) + " " + length;
    }

    static String failed(UsbStatus status) {
        return " failed: " + status;
    }

    /** The line with names for people: registers, tags, endpoints; empty if there is nothing to say about it. */
    public static String explain(String line) {
        Matcher access = ACCESS.matcher(line);
        if (access.matches()) {
            int address = Integer.parseUnsignedInt(access.group(3), 16);
            return Register.at(address)
                    .map(register -> register.name() + ": " + register.meaning())
                    .orElse("no register that a host is known to use");
        }
        Matcher header = HEADER.matcher(line);
        if (header.matches()) {
            int tag = Integer.parseInt(header.group(2));
            return tag < Wire.Tag.values().length ? Wire.Tag.values()[tag].toString() : "unknown tag";
        }
        Matcher read = READ.matcher(line);
        if (read.matches()) {
            return switch (read.group(1)) {
                case "1" -> "output";
                case "2" -> "event";
                case "3" -> "interrupt";
                default -> "";
            };
        }
        return "";
    }
}
