package org.tensorizer.recovery;

/** Hears how a recovery gets on. Called from the recovering thread, after every answer; should be quick. */
@FunctionalInterface
public interface RecoveryListener {
    /** A listener that does nothing. */
    RecoveryListener SILENT = progress -> {};

    void progress(Progress progress);

    /**
     * Where a recovery stands.
     *
     * @param phase what is being done, in words for people
     * @param answers answers so far, the recorded ones included
     * @param expected estimate of all answers; grows if answers have to be repeated
     * @param recorded how many of the answers came from the record of an earlier run
     * @param perSecond rate of the answers of this run; 0 before the first
     * @param secondsLeft at that rate; negative before there is a rate
     */
    record Progress(String phase, int answers, int expected, int recorded, double perSecond, double secondsLeft) {}
}
