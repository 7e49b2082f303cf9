package org.tensorizer.device.record;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.DeviceFault;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.TensorSpec;

/** One line of an evidence record. */
public sealed interface RecordLine {
    /**
     * Who answered.
     *
     * @param device its name, such as {@code usb:0}
     */
    record Origin(String device, Provenance provenance) {
        @Override
        public String toString() {
            return device + " (" + provenance + ")";
        }
    }

    /**
     * The first line of a run.
     *
     * @param facts about the run, such as versions of libraries; names and values are the writer's
     */
    record Header(Origin origin, Instant started, Map<String, String> facts) implements RecordLine {
        public Header {
            facts = Map.copyOf(facts);
        }
    }

    /**
     * What both kinds of questions have in common.
     *
     * @param session its number in this run, from 1
     * @param nanos from question to answer or failure, as the asking thread saw it
     * @param failure why there was no answer
     */
    record Asked(
            Origin origin, Instant at, int session, ModelFingerprint model, long nanos, Optional<Failure> failure) {}

    /**
     * A model was loaded, or was not.
     *
     * @param inputs tensors; empty if it failed
     * @param outputs tensors; empty if it failed
     */
    record Open(Asked asked, List<TensorSpec> inputs, List<TensorSpec> outputs) implements RecordLine {
        public Open {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }

    /**
     * One inference of the session that an {@link Open} began.
     *
     * @param inputs raw bytes of each input tensor
     * @param outputs raw bytes of each output tensor; empty if it failed
     */
    record Run(Asked asked, List<byte[]> inputs, List<byte[]> outputs) implements RecordLine {
        public Run {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }

    /**
     * The last line of a run that ended in order.
     *
     * @param runs inferences of the run
     */
    record End(Instant at, long runs) implements RecordLine {}

    /** Why there was no answer. */
    sealed interface Failure {
        /**
         * The device failed.
         *
         * @param message without the device's name
         * @param log last lines that the runtime printed, oldest first
         */
        record Fault(DeviceFault.Kind kind, String message, List<String> log) implements Failure {
            public Fault {
                log = List.copyOf(log);
            }

            @Override
            public RuntimeException exception(String device) {
                return new DeviceFault(kind, device, message, log, null);
            }
        }

        /** The model or the input was refused as bad. */
        record BadInput(String message) implements Failure {
            @Override
            public RuntimeException exception(String device) {
                return new BadInputException(message);
            }
        }

        /** @param e a DeviceFault or a BadInputException */
        static Failure of(RuntimeException e) {
            return e instanceof DeviceFault fault
                    ? new Fault(fault.kind(), fault.what(), fault.log())
                    : new BadInput(String.valueOf(e.getMessage()));
        }

        /** What a device of this name throws for it. */
        RuntimeException exception(String device);
    }
}
