package org.tensorizer.harness;

/** What the double of libedgetpu does in an experiment, how often in a hundred, and which verdict that is worth. */
enum CoralTrouble {
    NONE(50, "", Verdict.SUPPORTED),
    WRONG(10, "invoke 0 wrong", Verdict.REFUTED),
    ABORTS(8, "invoke 0 abort", Verdict.DEVICE_FAULT),
    SEGMENTATION_FAULT(6, "invoke 0 segv", Verdict.DEVICE_FAULT),
    HANGS(6, "invoke 0 hang", Verdict.DEVICE_FAULT),
    SHORT(6, "invoke 0 short", Verdict.DEVICE_FAULT),
    REFUSES_AN_INFERENCE(8, "invoke 0 fail", Verdict.DEVICE_FAULT),
    REFUSES_THE_MODEL(6, "prepare refuse", Verdict.DEVICE_FAULT);

    private final int share;
    final String request;
    final Verdict verdict;

    CoralTrouble(int share, String request, Verdict verdict) {
        this.share = share;
        this.request = request;
        this.verdict = verdict;
    }

    /** Drawn for the number of an experiment, the same in every process. */
    static CoralTrouble of(int number) {
        return Draw.of(number, values(), trouble -> trouble.share);
    }

    boolean isAtInference() {
        return request.startsWith("invoke");
    }
}
