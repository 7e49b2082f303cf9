package org.tensorizer.device.emulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.isa.Branch;
import org.tensorizer.isa.Chip;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.NarrowToWide;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.Repeat;
import org.tensorizer.isa.Scalar;
import org.tensorizer.isa.TileInstruction;

/**
 * Executes a program without data: follows the scalar core through branches and loops, queues and schedules what the units
 * do, holds everything to what a program may do, and writes down what is left to do for an inference.
 *
 * <p>The order of events depends on nothing but the instructions; where it would depend on data, the program is refused.
 */
public final class Linker {
    /** Instructions that a program may execute; beyond it a loop never ends. */
    static final int BUDGET = 4_000_000;

    private final String name;
    private final ProgramText text;
    private final StepRecorder recorder = new StepRecorder();
    private final ScalarMemory memory;
    private final Scheduler scheduler;
    private final Fences fences;
    private final ScalarCore core;
    private final boolean recordsScalar;
    private final List<LinkedStep.ScalarInstruction> computed = new ArrayList<>();
    private final Map<Integer, TileCommand> decoded = new HashMap<>();
    private final Map<List<Integer>, TileCommand> patched = new HashMap<>();
    private int pushedTo = -1;
    private int loadedFrom = -1;
    private int storedTo = -1;
    private int runs;
    private int executed;

    private Linker(String name, List<byte[]> chunks, ParameterImage cached) {
        this.name = name;
        text = ProgramText.read(name, chunks);
        recordsScalar = text.sites().stream().anyMatch(Linker::seesData);
        memory = new ScalarMemory(recordsScalar);
        boolean watches = text.sites().stream().anyMatch(site -> site.opcode() == Opcode.MULTIPLY_ACCUMULATE);
        scheduler = new Scheduler(recorder, memory, watches);
        fences = new Fences(scheduler);
        core = new ScalarCore(new Port());
        for (Tile tile : scheduler.tiles) {
            for (int row = 0; row < Chip.WIDE_ROWS && !cached.isEmpty(); row++) {
                tile.preset(row, cached.row(tile.number, row));
            }
        }
    }

    private static boolean seesData(InstructionSite site) {
        return site.opcode() == Opcode.SCALAR
                && (site.instruction().isSet(Scalar.LOAD) || site.instruction().getInt(Scalar.STORE) == Scalar.PUSH);
    }

    /**
     * Links a program.
     *
     * @param name what messages call it
     * @param chunks its chunks in order, immediates relocated
     * @param cached the parameters that are in wide memory when it begins
     * @throws UnsupportedProgramException the emulated chip does not know what it would do; names instruction and reason
     */
    public static LinkedProgram link(String name, List<byte[]> chunks, ParameterImage cached) {
        return new Linker(name, chunks, cached).link();
    }

    private LinkedProgram link() {
        int next = 0;
        while (next < text.size()) {
            InstructionSite site = text.get(next);
            spend(site);
            next = execute(site, next);
        }
        flushComputed();
        InstructionSite last = text.get(text.size() - 1);
        last.require(scheduler.host.transfers().isCompleted(), "no completion interrupt before HALT");
        return new LinkedProgram(name, scheduler.host, recorder, ParameterImage.of(scheduler.tiles));
    }

    private void spend(InstructionSite site) {
        site.require(++executed <= BUDGET, "still running after %d instructions: a loop that never ends?", BUDGET);
    }

    /** Executes an instruction; index of the next one. */
    private int execute(InstructionSite site, int index) {
        switch (site.opcode()) {
            case SCALAR -> scalar(site);
            case BRANCH -> {
                return branch(site) ? text.target(site, site.instruction().getInt(Branch.OFFSET)) : index + 1;
            }
            case REPEAT -> {
                return repeat(site, index);
            }
            case SCALAR_FENCE -> {
                settle();
                fences.scalar(site);
            }
            case TILE_FENCE -> {
                settle();
                fences.tile(site);
            }
            case INFEED -> scheduler.host.infeeds.add(new HostMove(site));
            case POP -> scheduler.host.pops.add(new HostMove(site));
            case OUTFEED -> scheduler.host.outfeeds.add(new HostMove(site));
            case HALT -> {
                site.requireDecoded();
                if (text.isInLastChunk(site)) {
                    settle();
                    scheduler.requireEmpty(site);
                }
            }
            case START, END -> site.requireDecoded();
            default -> issue(site);
        }
        return index + 1;
    }

    private void settle() {
        flushComputed();
        scheduler.run();
    }

    private void issue(InstructionSite site) {
        Instruction i = site.instruction();
        boolean maskFromRegister = i.isSet(TileInstruction.TILES_FROM_REGISTER);
        boolean baseFromRegister = site.opcode() == Opcode.NARROW_TO_WIDE && i.isSet(NarrowToWide.BASE_FROM_REGISTER);
        int mask = maskFromRegister
                ? steering(site, i.getInt(TileInstruction.TILES_REGISTER)) & Chip.ALL_TILES
                : i.getInt(TileInstruction.TILES);
        TileCommand command;
        if (baseFromRegister) {
            int base = steering(site, i.getInt(NarrowToWide.BASE_REGISTER)) & 0xffff;
            command = patched.computeIfAbsent(List.of(site.number(), base), key -> {
                Instruction changed = i.copy().set(NarrowToWide.WORDS.base(), base);
                return TileCommand.decode(
                        new InstructionSite(site.program(), site.number(), site.chunk(), site.bundle(), changed));
            });
        } else {
            command = decoded.computeIfAbsent(site.number(), key -> TileCommand.decode(site));
        }
        scheduler.issue(command, mask, runs++);
    }

    private int steering(InstructionSite site, int register) {
        Integer value = core.register(site, register);
        site.require(value != null, "register %d depends on data", register);
        return value;
    }

    private boolean branch(InstructionSite site) {
        site.requireDecoded();
        if (!site.instruction().isSet(Branch.CONDITIONAL)) {
            return true;
        }
        Boolean predicate = core.predicate(site.instruction().getInt(Branch.PREDICATE));
        site.require(predicate != null, "the branch depends on data");
        return predicate == (site.instruction().getInt(Branch.SENSE) == 1);
    }

    private int repeat(InstructionSite site, int index) {
        site.requireDecoded();
        int times = site.instruction().getInt(Repeat.TIMES);
        int bundles = site.instruction().getInt(Repeat.BUNDLES);
        site.require(times > 0 && index + bundles < text.size(), "repeats %d bundles %d times", bundles, times);
        List<InstructionSite> body = text.sites().subList(index + 1, index + 1 + bundles);
        for (InstructionSite each : body) {
            site.require(each.opcode() == Opcode.SCALAR, "repeats other instructions than scalar ones");
        }
        for (int round = 0; round < times; round++) {
            for (InstructionSite each : body) {
                spend(each);
                scalar(each);
            }
        }
        return index + 1 + bundles;
    }

    private void scalar(InstructionSite site) {
        site.requireDecoded();
        int immediate = site.instruction().getInt(Scalar.IMMEDIATE);
        pushedTo = -1;
        loadedFrom = -1;
        storedTo = -1;
        core.execute(site, immediate);
        if (recordsScalar) {
            computed.add(new LinkedStep.ScalarInstruction(site, immediate, pushedTo, loadedFrom, storedTo));
        }
        if (pushedTo >= 0) {
            flushComputed();
            scheduler.host.output().finish();
        }
    }

    private void flushComputed() {
        if (!computed.isEmpty()) {
            recorder.add(new LinkedStep.Compute(List.copyOf(computed)));
            computed.clear();
        }
    }

    /** What the scalar core reaches while the program is linked. */
    private final class Port implements ScalarCore.Port {
        @Override
        public Integer load(InstructionSite by, int at) {
            loadedFrom = at;
            return memory.load(at);
        }

        @Override
        public void store(InstructionSite by, int at, Integer value) {
            storedTo = at;
            memory.store(recorder, at, value);
        }

        @Override
        public void push(InstructionSite by, Integer value) {
            pushedTo = scheduler.host.output().push(by);
        }

        @Override
        public void submit(InstructionSite by, long address, int size, int kind) {
            scheduler.host.submit(by, address, size, kind);
        }
    }
}
