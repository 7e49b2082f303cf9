package org.tensorizer.device.usb;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The registers of an Edge TPU that its host touches over USB. Names and addresses are published in libedgetpu's sources;
 * each is in a trace of the real library, but for the two error words, which are only read after a fatal interrupt.
 */
public enum Register {
    SCU_CTRL_0(0x1a30c, 32, "inactive PHY modes of PCIe and USB"),
    SCU_CTRL_2(0x1a314, 32, "bits 18 and 19: rg_gated_gcb, clock gate of the chip core"),
    SCU_CTRL_3(0x1a318, 32, "bits 22 and 23: rg_force_sleep; bits 8 and 9: cur_pwr_state; clocks"),
    SCU_CTR_7(0x1a33c, 32, "thermal shutdown and warnings"),
    OMC0_00(0x1a000, 32, "fuse revision"),
    OMC0_D4(0x1a0d4, 32, "thermal sensor 0, bit 31: enabled"),
    OMC0_D8(0x1a0d8, 32, "thermal sensor 1, bit 31: enabled"),
    SLV_ABM_EN(0x1a500, 32, "monitor of the slave bus"),
    SLV_ERR_RESP_ISR_MASK(0x1a558, 32, "error interrupts of the slave bus"),
    MST_ABM_EN(0x1a600, 32, "monitor of the master bus"),
    MST_ERR_RESP_ISR_MASK(0x1a658, 32, "error interrupts of the master bus"),
    RAMBIST_CTRL_1(0x1a704, 32, "memory error interrupts"),
    GCBB_CREDIT0(0x1907c, 32, "bulk credit; 0xf, then 0 clears it"),

    DEEP_SLEEP(0x40020, 64, "delays of deep sleep"),
    OP_RUN_CONTROL(0x400c0, 64, "run control of the tiles' multiply-accumulate unit"),
    WIDE_TO_NARROW_RUN_CONTROL(0x40110, 64, "run control"),
    NARROW_TO_WIDE_RUN_CONTROL(0x40150, 64, "run control"),
    RING_BUS_CONSUMER_0_RUN_CONTROL(0x40190, 64, "run control"),
    RING_BUS_CONSUMER_1_RUN_CONTROL(0x401d0, 64, "run control"),
    RING_BUS_PRODUCER_RUN_CONTROL(0x40210, 64, "run control"),
    MESH_BUS_0_RUN_CONTROL(0x40250, 64, "run control"),
    MESH_BUS_1_RUN_CONTROL(0x40298, 64, "run control"),
    MESH_BUS_2_RUN_CONTROL(0x402e0, 64, "run control"),
    MESH_BUS_3_RUN_CONTROL(0x40328, 64, "run control"),
    SCALAR_CORE_RUN_CONTROL(0x44018, 64, "run control: 1 run, 2 halt"),
    AV_DATA_POP_RUN_CONTROL(0x44158, 64, "run control"),
    PARAMETER_POP_RUN_CONTROL(0x44198, 64, "run control"),
    INFEED_RUN_CONTROL(0x441d8, 64, "run control"),
    OUTFEED_RUN_CONTROL(0x44218, 64, "run control"),
    HIB_ERROR_STATUS(0x486f0, 64, "error of the host interface, 0: none"),
    HIB_FIRST_ERROR_STATUS(0x48700, 64, "first error of the host interface since reset"),
    TILE_CONFIG_0(0x48788, 64, "which tile the tiles' registers mean; 0x7f: all"),
    IDLE_REGISTER(0x4a000, 64, "idle detection"),
    OUTFEED_CHUNK_LENGTH(0x4c058, 64, "chunks of output, in units of 8 bytes"),
    FATAL_ERR_INT_CONTROL(0x4c060, 64, "1: fatal interrupts on"),
    TOP_LEVEL_INT_0_CONTROL(0x4c070, 64, "1: interrupt on"),
    TOP_LEVEL_INT_1_CONTROL(0x4c080, 64, "1: interrupt on"),
    TOP_LEVEL_INT_2_CONTROL(0x4c090, 64, "1: interrupt on"),
    TOP_LEVEL_INT_3_CONTROL(0x4c0a0, 64, "1: interrupt on"),
    DESCR_EP(0x4c148, 64, "which endpoints send events"),
    MULTI_BO_EP(0x4c160, 64, "0: one bulk endpoint takes everything to the chip");

    /** Everything from this address on is cleared by a forced sleep. */
    public static final int FIRST_OF_CORE = 0x40000;

    /** What run controls are written. */
    public static final int RUN = 1;

    public static final int HALT = 2;
    /** Written to {@link #GCBB_CREDIT0} it drops what was sent and not taken. */
    public static final int CLEAR_CREDIT = 0xf;

    private static final Map<Integer, Register> BY_ADDRESS =
            Arrays.stream(values()).collect(Collectors.toMap(Register::address, Function.identity()));

    private final int address;
    private final int bits;
    private final String meaning;

    Register(int address, int bits, String meaning) {
        this.address = address;
        this.bits = bits;
        this.meaning = meaning;
    }

    public static Optional<Register> at(int address) {
        return Optional.ofNullable(BY_ADDRESS.get(address));
    }

    public int address() {
        return address;
    }

    /** 32 or 64. */
    public int bits() {
        return bits;
    }

    /** For people. */
    public String meaning() {
        return meaning;
    }

    /** The vendor request that reads the register. */
    public ControlRequest read() {
        return request(Wire.VENDOR_REQUEST | ControlRequest.DEVICE_TO_HOST);
    }

    /** The vendor request that writes it. */
    public ControlRequest write() {
        return request(Wire.VENDOR_REQUEST);
    }

    private ControlRequest request(int type) {
        return new ControlRequest(
                type, bits == 64 ? Wire.ACCESS_64 : Wire.ACCESS_32, address & 0xffff, address >>> 16, bits / 8);
    }

    /** Address of a register that a vendor request means. */
    public static int address(ControlRequest request) {
        return request.index() << 16 | request.value();
    }

    /** Bits of a register that are a number of their own; positions and values are published in libedgetpu's sources. */
    public enum Field {
        /** rg_gated_gcb in {@link #SCU_CTRL_2}: {@link #BY_HARDWARE} or {@link #NOT_GATED}. */
        CLOCK_GATE(18, 2),
        /** cur_pwr_state in {@link #SCU_CTRL_3}: {@link #ASLEEP}, else 0. */
        POWER_STATE(8, 2),
        /** rg_force_sleep in {@link #SCU_CTRL_3}: {@link #SLEEP} or {@link #WAKE}. */
        FORCE_SLEEP(22, 2),
        /** Dividers in {@link #SCU_CTRL_3}: core (two bits), its bus, the USB controller. */
        CLOCKS(28, 4);

        public static final int BY_HARDWARE = 1;
        public static final int NOT_GATED = 2;
        public static final int ASLEEP = 2;
        public static final int SLEEP = 3;
        public static final int WAKE = 2;

        private final int shift;
        private final long mask;

        Field(int shift, int bits) {
            this.shift = shift;
            this.mask = (1L << bits) - 1;
        }

        /** Its number in a register's value. */
        public int of(long register) {
            return (int) (register >>> shift & mask);
        }

        /** The register's value with another number in it. */
        public long set(long register, long number) {
            return register & ~(mask << shift) | number << shift;
        }
    }
}
