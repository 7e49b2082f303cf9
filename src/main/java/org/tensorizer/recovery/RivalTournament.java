package org.tensorizer.recovery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/**
 * A hypothesis tested against its rivals, one probe after the other: always the probe whose predicted answers split those
 * still alive most evenly, until one is left, or none, or no probe can separate the rest.
 *
 * <p>Predictions are made from the list of candidate probes given; hypotheses that agree on all of them are told to be
 * inseparable by this data, which is not the same as equal. Immutable and thread-safe; {@link #run} may be used again.
 *
 * @param <P> a probe; what {@code ask} takes
 * @param <A> an answer, compared by {@code equals}
 */
public final class RivalTournament<P, A> {
    /**
     * A hypothesis.
     *
     * @param predict the answer it expects to a probe; pure
     */
    public record Rival<P, A>(String name, Function<? super P, ? extends A> predict) {}

    /** How a tournament ended. */
    public enum End {
        /** One rival is left, all others were refuted. */
        DECIDED,
        /** Every rival was refuted. */
        ALL_REFUTED,
        /** Several are left, and no candidate probe makes a difference between them. */
        INSEPARABLE
    }

    /**
     * One probe of the course.
     *
     * @param refuted names of the rivals its answer refuted
     * @param alive number of rivals left after it
     */
    public record Step<P, A>(P probe, A answer, List<String> refuted, int alive) {
        public Step {
            refuted = List.copyOf(refuted);
        }
    }

    /**
     * The result.
     *
     * @param survivors names of the rivals left: one if decided, none if all are refuted
     * @param steps the probes asked, in order
     */
    public record Outcome<P, A>(End end, List<String> survivors, List<Step<P, A>> steps) {
        public Outcome {
            survivors = List.copyOf(survivors);
            steps = List.copyOf(steps);
        }

        /** Number of probes it took. */
        public int probes() {
            return steps.size();
        }

        /** One sentence for people. */
        @Override
        public String toString() {
            String cost = " after " + steps.size() + (steps.size() == 1 ? " probe" : " probes");
            return switch (end) {
                case DECIDED -> survivors.get(0) + " is the only one left" + cost;
                case ALL_REFUTED -> "all are refuted" + cost;
                case INSEPARABLE -> String.join(", ", survivors) + " cannot be separated by this data" + cost;
            };
        }
    }

    private final List<Rival<P, A>> rivals;
    private final List<P> candidates;
    private final int confirmations;

    /**
     * A tournament whose winner is asked three more probes that would refute most others.
     *
     * @param rivals at least one, names all different
     * @param candidates probes that may be asked; the more different ones, the fewer are needed
     */
    public RivalTournament(List<Rival<P, A>> rivals, List<P> candidates) {
        this(rivals, candidates, 3);
    }

    /** @param confirmations probes that those who are left in the end must stand as well; 0 trusts the rivals to be all there are */
    public RivalTournament(List<Rival<P, A>> rivals, List<P> candidates, int confirmations) {
        if (rivals.isEmpty()) {
            throw new IllegalArgumentException("a tournament without rivals");
        }
        if (rivals.stream().map(Rival::name).distinct().count() != rivals.size()) {
            throw new IllegalArgumentException("two rivals of one name: "
                    + rivals.stream().map(Rival::name).toList());
        }
        this.rivals = List.copyOf(rivals);
        this.candidates = List.copyOf(candidates);
        this.confirmations = confirmations;
    }

    /**
     * Asks until the end. Those left over, which may have agreed with the answers by chance, must then stand the probes on
     * which they are most alone; so even a single rival can fail.
     *
     * @param ask the experiment; called once a probe
     */
    public Outcome<P, A> run(Function<? super P, ? extends A> ask) {
        List<Rival<P, A>> alive = new ArrayList<>(rivals);
        List<Step<P, A>> steps = new ArrayList<>();
        Set<P> asked = new HashSet<>();
        int left = confirmations;
        while (true) {
            P probe = dividing(alive);
            if (probe == null && left-- > 0 && !alive.isEmpty()) {
                probe = risky(alive.get(0), asked);
            }
            if (probe == null) {
                End end = alive.isEmpty() ? End.ALL_REFUTED : alive.size() == 1 ? End.DECIDED : End.INSEPARABLE;
                return new Outcome<>(end, alive.stream().map(Rival::name).toList(), steps);
            }
            asked.add(probe);
            steps.add(step(probe, ask.apply(probe), alive));
        }
    }

    private Step<P, A> step(P probe, A answer, List<Rival<P, A>> alive) {
        List<Rival<P, A>> refuted = alive.stream()
                .filter(rival -> !Objects.equals(rival.predict.apply(probe), answer))
                .toList();
        alive.removeAll(refuted);
        return new Step<>(probe, answer, refuted.stream().map(Rival::name).toList(), alive.size());
    }

    /** The probe whose most frequent prediction is the rarest; null if none makes a difference. */
    private P dividing(List<Rival<P, A>> alive) {
        P best = null;
        int fewest = alive.size();
        for (P candidate : candidates) {
            Map<A, Integer> votes = new HashMap<>();
            int most = 0;
            for (Rival<P, A> rival : alive) {
                most = Math.max(most, votes.merge(rival.predict.apply(candidate), 1, Integer::sum));
            }
            if (most < fewest) {
                fewest = most;
                best = candidate;
            }
        }
        return best;
    }

    /** The probe not asked yet on which the fewest rivals agree with the winner; null if all were asked. */
    private P risky(Rival<P, A> winner, Set<P> asked) {
        P best = null;
        long fewest = Long.MAX_VALUE;
        for (P candidate : candidates) {
            if (asked.contains(candidate)) {
                continue;
            }
            A expected = winner.predict.apply(candidate);
            long agreeing = rivals.stream()
                    .filter(rival -> Objects.equals(rival.predict.apply(candidate), expected))
                    .count();
            if (agreeing < fewest) {
                fewest = agreeing;
                best = candidate;
            }
        }
        return best;
    }

    /**
     * The smallest experiment on a layout: one payload byte is changed, one input is deflected, and the outputs that answer
     * differently than before are looked at. A layout says which output that is, or none.
     *
     * @param offset payload byte that is changed
     * @param in input channel that is deflected
     */
    public record CellProbe(int offset, int in) {
        /** The answer where no output changed. */
        public static final int NONE = -1;

        /** The answer where more than one output changed: no layout of single weights says so. */
        public static final int SEVERAL = -2;

        @Override
        public String toString() {
            return "byte " + offset + " under input " + in;
        }
    }
}
