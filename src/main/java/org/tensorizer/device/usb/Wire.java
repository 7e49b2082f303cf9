package org.tensorizer.device.usb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a Coral USB Accelerator and its host say to each other, apart from the {@link Register}s: identities, endpoints,
 * transfer headers, events. Published in libedgetpu's sources and seen in traces of the real library.
 */
public final class Wire {
    /** An Edge TPU with its firmware. */
    public static final int VENDOR = 0x18d1;

    public static final int PRODUCT = 0x9302;

    /** An Edge TPU that waits for its firmware: USB DFU. */
    public static final int BOOT_VENDOR = 0x1a6e;

    public static final int BOOT_PRODUCT = 0x089a;

    /** bcdDevice of a virtual Coral of this project, so that it is never taken for silicon. No real one says this. */
    public static final int VIRTUAL_RELEASE = 0x7e57;

    /** The only interface. */
    public static final int INTERFACE = 0;

    /** Everything to the chip: headers and what they announce. */
    public static final int BULK_OUT = 0x01;

    /** Output bytes. */
    public static final int OUTPUT_IN = 0x81;

    /** Events of {@link Event#BYTES} each. */
    public static final int EVENT_IN = 0x82;

    /** Interrupts of {@link #INTERRUPT_BYTES} each. */
    public static final int INTERRUPT_IN = 0x83;

    public static final int INTERRUPT_BYTES = 4;

    /** Bit of an interrupt: the chip met a fatal error, see {@link Register#HIB_ERROR_STATUS}. */
    public static final int FATAL_INTERRUPT = 1;

    /** Bytes of one unit of {@link Register#OUTFEED_CHUNK_LENGTH}. */
    public static final int CHUNK_UNIT = 8;

    /** Register access is a vendor request of this type, OR {@link ControlRequest#DEVICE_TO_HOST} to read. */
    public static final int VENDOR_REQUEST = 0x40;

    public static final int ACCESS_64 = 0;
    public static final int ACCESS_32 = 1;

    private Wire() {}

    /** What bytes are, in headers and events; the code is the constant's position. */
    public enum Tag {
        INSTRUCTIONS("instructions"),
        INPUT("input"),
        PARAMETERS("parameters"),
        OUTPUT("output"),
        SCALAR_CORE_INTERRUPT_0("scalar core interrupt 0"),
        SCALAR_CORE_INTERRUPT_1("scalar core interrupt 1"),
        SCALAR_CORE_INTERRUPT_2("scalar core interrupt 2"),
        SCALAR_CORE_INTERRUPT_3("scalar core interrupt 3");

        private final String text;

        Tag(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * What goes ahead of bytes for the chip.
     *
     * @param length bytes that follow, unsigned 32 bits
     * @param tag low 4 bits: position of a {@link Tag}, possibly of none
     */
    public record Header(long length, int tag) {
        public static final int BYTES = 8;

        public Header(long length, Tag tag) {
            this(length, tag.ordinal());
        }

        /** From the 8 bytes at the offset. */
        public static Header read(ByteBuffer bytes, int offset) {
            ByteBuffer little = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            return new Header(little.getInt(offset) & 0xffffffffL, little.get(offset + 4) & 0xf);
        }

        /** Appends the 8 bytes. */
        public void write(ByteBuffer bytes) {
            ByteOrder order = bytes.order();
            bytes.order(ByteOrder.LITTLE_ENDIAN)
                    .putInt((int) length)
                    .putInt(tag)
                    .order(order);
        }
    }

    /**
     * What the chip sends on {@link Wire#EVENT_IN}.
     *
     * @param offset where the bytes it speaks of begin; 0 for interrupts
     * @param length how many they are, unsigned 32 bits; 0 for interrupts
     * @param tag low 4 bits: position of a {@link Tag}, possibly of none
     */
    public record Event(long offset, long length, int tag) {
        public static final int BYTES = 16;

        public Event(Tag tag) {
            this(0, 0, tag.ordinal());
        }

        /** From the 16 bytes at the offset. */
        public static Event read(ByteBuffer bytes, int offset) {
            ByteBuffer little = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            return new Event(
                    little.getLong(offset), little.getInt(offset + 8) & 0xffffffffL, little.get(offset + 12) & 0xf);
        }

        /** The 16 bytes. */
        public byte[] toBytes() {
            return ByteBuffer.allocate(BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(offset)
                    .putInt((int) length)
                    .putInt(tag)
                    .array();
        }
    }

    /** USB Device Firmware Upgrade 1.1 as far as the boot loader of an Edge TPU speaks it. */
    public static final class Dfu {
        /** bmRequestType of the requests to the device, OR {@link ControlRequest#DEVICE_TO_HOST}: class, interface. */
        public static final int CLASS_REQUEST = 0x21;

        public static final int DNLOAD = 1;
        public static final int UPLOAD = 2;
        public static final int GETSTATUS = 3;
        public static final int CLRSTATUS = 4;
        public static final int GETSTATE = 5;
        public static final int ABORT = 6;

        /** States of a device that GETSTATUS gives. */
        public static final int STATE_IDLE = 2;

        public static final int STATE_DNLOAD_SYNC = 3;
        public static final int STATE_DNLOAD_BUSY = 4;
        public static final int STATE_DNLOAD_IDLE = 5;
        public static final int STATE_MANIFEST_SYNC = 6;
        public static final int STATE_MANIFEST = 7;
        public static final int STATE_MANIFEST_WAIT_RESET = 8;
        public static final int STATE_UPLOAD_IDLE = 9;
        public static final int STATE_ERROR = 10;

        /** Bytes of the answer of GETSTATUS: status u8, poll timeout u24 in ms, state u8, string u8. */
        public static final int STATUS_BYTES = 6;

        /** bDescriptorType of the functional descriptor. */
        public static final int FUNCTIONAL_DESCRIPTOR = 0x21;

        /** bInterfaceClass and bInterfaceSubClass of a DFU interface. */
        public static final int INTERFACE_CLASS = 0xfe;

        public static final int INTERFACE_SUBCLASS = 1;

        private Dfu() {}
    }
}
