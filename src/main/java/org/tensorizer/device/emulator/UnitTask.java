package org.tensorizer.device.emulator;

/** An instruction that a unit of a tile is executing while a program is linked. */
abstract class UnitTask {
    final Tile tile;
    final StepRecorder recorder;

    UnitTask(Tile tile, StepRecorder recorder) {
        this.tile = tile;
        this.recorder = recorder;
    }

    /**
     * Goes on until it is done or has to wait.
     *
     * @return whether anything happened
     */
    abstract boolean advance();

    abstract boolean isDone();
}
