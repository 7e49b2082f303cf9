package org.tensorizer.device.emulator;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorizer.model.Relocation;

/** The scalar core as far as Dense programs use it: moves, and DMA descriptors built word by word from registers. */
final class ScalarCore {
    private static final int PUSH = 5;
    private static final int SUBMIT = 6;
    private static final int MOVE_IMMEDIATE = 0x2f;
    private static final int MOVE_REGISTER = 0x0f;
    private static final int NOP = 0;
    private static final int DESCRIPTOR_WORDS = 4;
    private static final int ADDRESS_LOW = 0;
    private static final int ADDRESS_HIGH = 1;
    private static final int SIZE = 2;
    private static final int KIND = 3;

    /** Bit of the immediate within its instruction: where relocations point. */
    private static final int IMMEDIATE_BIT = 70;

    /**
     * A value: a number, or half an address that only the runtime knows.
     *
     * @param address empty for a number
     */
    record Word(int number, Optional<Relocation> address) {
        boolean is(int value) {
            return address.isEmpty() && number == value;
        }

        boolean isAddress(Relocation.Kind kind, Relocation.Half half) {
            return address.filter(a -> a.kind() == kind && a.half() == half).isPresent();
        }

        @Override
        public String toString() {
            return address.map(a -> a.kind() + " " + a.half()).orElseGet(() -> Integer.toString(number));
        }
    }

    private final Map<Integer, Relocation> relocations = new HashMap<>();
    private final Map<Integer, Word> registers = new HashMap<>();
    private final Map<Integer, Word> descriptor = new HashMap<>();
    private final Host host;
    private final Infeed infeed;

    ScalarCore(List<Relocation> relocations, Host host, Infeed infeed) {
        for (Relocation relocation : relocations) {
            if (this.relocations.put(relocation.bit(), relocation) != null) {
                throw new UnsupportedProgramException("two relocations at bit " + relocation.bit());
            }
        }
        this.host = host;
        this.infeed = infeed;
    }

    void run(Encoded at) {
        descriptor(at); // reads its register before this bundle's move writes one
        move(at);
    }

    private void descriptor(Encoded at) {
        int word = at.get("dma.word");
        int register = at.get("dma.register");
        switch (at.get("dma.operation")) {
            case PUSH -> {
                at.require(word < DESCRIPTOR_WORDS && !descriptor.containsKey(word), "descriptor word %d", word);
                descriptor.put(word, register(at, register));
            }
            case SUBMIT -> {
                at.require(
                        descriptor.size() == DESCRIPTOR_WORDS && word == 0 && register == 0,
                        "submits a descriptor of %d words",
                        descriptor.size());
                host.submit(
                        at,
                        descriptor.get(ADDRESS_LOW),
                        descriptor.get(ADDRESS_HIGH),
                        number(at, descriptor.get(SIZE)),
                        number(at, descriptor.get(KIND)),
                        infeed);
                descriptor.clear();
            }
            case NOP -> at.require(word == 0 && register == 0, "a descriptor word and no operation");
            default -> throw at.refused("dma.operation " + at.get("dma.operation") + " is not understood");
        }
    }

    private static int number(Encoded at, Word word) {
        at.require(word.address().isEmpty(), "%s where a number belongs", word);
        return word.number();
    }

    private void move(Encoded at) {
        int operation = at.get("operation");
        int immediate = at.get("immediate");
        int destination = at.get("destination");
        switch (operation) {
            case MOVE_IMMEDIATE -> {
                Optional<Relocation> address = Optional.ofNullable(relocations.remove(at.bit() + IMMEDIATE_BIT));
                at.require(address.isEmpty() || immediate == 0, "an address belongs where %d stands", immediate);
                registers.put(destination, new Word(immediate, address));
            }
            case MOVE_REGISTER -> registers.put(destination, register(at, immediate));
            case NOP -> at.require(destination == 0 && immediate == 0, "a destination and no operation");
            default -> throw at.refused("scalar operation 0x" + Integer.toHexString(operation) + " is not modelled");
        }
    }

    private Word register(Encoded at, int number) {
        Word word = registers.get(number);
        at.require(word != null, "register %d was never set", number);
        return word;
    }

    /** Refuses relocations that point at anything but an immediate. */
    void requireRelocated(Encoded at) {
        at.require(relocations.isEmpty(), "relocation of something that is no immediate: %s", relocations.values());
    }
}
