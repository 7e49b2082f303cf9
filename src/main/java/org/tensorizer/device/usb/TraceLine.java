package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines of a trace, which are those of the traces of the real libedgetpu: {@code read32 1a318 0xa00000} for a
 * register (address, then value, hexadecimal), {@code header 3004000000000000 length 1072 tag 0}, {@code arm-in ep1 1024}
 * for a read that starts and {@code in ep1 256} for one that ends, {@code dfu-dnload 0 256} for a block of firmware. What
 * failed ends with {@code failed:} and the reason.
 */
public final class TraceLine {
    private static final Pattern ACCESS =
            Pattern.compile("(read|write)(32|64) ([0-9a-f]{1,8}) 0x[0-9a-f]{1,16}( failed: .*)?");
    private static final Pattern HEADER = Pattern.compile("header [0-9a-f]{16} length (\\d{1,10}) tag (\\d{1,2})");
    private static final Pattern READ = Pattern.compile("(?:arm-)?in ep(\\d) \\d+( failed: .*)?");
    private static final Pattern OTHER = Pattern.compile("(init|get_device_list|exit|close|reset_device|open #\\d+"
            + "|get_descriptor type \\d+|(claim|release)_interface \\d+|bulk-out \\d+|out ep1 \\d+"
            + "|dfu-(dnload|upload) \\d+ \\d+|dfu-getstatus -> state -?\\d+|control type .*)( failed: .*)?");

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
        long value = wide ? little.getLong(data.position()) : Integer.toUnsignedLong(little.getInt(data.position()));
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

    /**
     * What a line is about, for people: register and its meaning, tag, endpoint.
     *
     * @return empty text where the line says it all; nothing where it is no line of a trace
     */
    public static Optional<String> explain(String line) {
        Matcher access = ACCESS.matcher(line);
        if (access.matches()) {
            return Optional.of(Register.at(Integer.parseUnsignedInt(access.group(3), 16))
                    .map(register -> register.name() + ": " + register.meaning())
                    .orElse("no register that a host is known to use"));
        }
        Matcher header = HEADER.matcher(line);
        if (header.matches()) {
            int tag = Integer.parseInt(header.group(2));
            return Optional.of(tag < Wire.Tag.values().length ? Wire.Tag.values()[tag].toString() : "unknown tag");
        }
        Matcher read = READ.matcher(line);
        if (read.matches()) {
            return Optional.of(
                    switch (read.group(1)) {
                        case "1" -> "output";
                        case "2" -> "event";
                        case "3" -> "interrupt";
                        default -> "";
                    });
        }
        return OTHER.matcher(line).matches() ? Optional.of("") : Optional.empty();
    }
}
