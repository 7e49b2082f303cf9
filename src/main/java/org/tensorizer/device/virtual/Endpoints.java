package org.tensorizer.device.virtual;

import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.tensorizer.device.usb.UsbStatus;
import org.tensorizer.device.usb.Wire;

/**
 * The endpoints of the application, other than 0.
 *
 * <p>Thread safety: none; the device's lock guards it.
 */
final class Endpoints {
    private static final int INTERRUPT_PACKET = 64;

    private final OutEndpoint toChip;
    private final InEndpoint output;
    private final InEndpoint events;
    private final InEndpoint interrupts;
    private final Map<Integer, InEndpoint> in;
    private final BiConsumer<VirtualTransfer, UsbStatus> done;

    Endpoints(int packet, BiConsumer<VirtualTransfer, UsbStatus> done, Consumer<String> log) {
        this.done = done;
        this.toChip = new OutEndpoint(done, log);
        this.output = new InEndpoint(packet, done);
        this.events = new InEndpoint(packet, done);
        this.interrupts = new InEndpoint(INTERRUPT_PACKET, done);
        this.in = Map.of(Wire.OUTPUT_IN, output, Wire.EVENT_IN, events, Wire.INTERRUPT_IN, interrupts);
    }

    OutEndpoint toChip() {
        return toChip;
    }

    InEndpoint output() {
        return output;
    }

    InEndpoint events() {
        return events;
    }

    InEndpoint interrupts() {
        return interrupts;
    }

    /** Begins a transfer; one to an endpoint that is not there stalls. */
    void submit(VirtualTransfer transfer) {
        InEndpoint from = in.get(transfer.endpoint());
        if (from != null) {
            from.read(transfer);
        } else if (transfer.endpoint() == Wire.BULK_OUT) {
            toChip.write(transfer);
        } else {
            done.accept(transfer, UsbStatus.STALL);
        }
    }

    /** @return whether it was waiting; it then has no end yet */
    boolean cancel(VirtualTransfer transfer) {
        InEndpoint from = in.get(transfer.endpoint());
        return from == null ? toChip.cancel(transfer) : from.cancel(transfer);
    }

    void endAll(UsbStatus status) {
        toChip.endAll(status);
        in.values().forEach(each -> each.endAll(status));
    }

    /** Drops everything in both directions that has not arrived. */
    void clear() {
        toChip.clear();
        in.values().forEach(InEndpoint::clear);
    }

    /** @return empty for an endpoint the device does not have */
    Optional<Boolean> isHalted(int endpoint) {
        return endpoint == Wire.BULK_OUT
                ? Optional.of(toChip.isHalted())
                : Optional.ofNullable(in.get(endpoint)).map(InEndpoint::isHalted);
    }

    /** @return false for an endpoint the device does not have */
    boolean halt(int endpoint, boolean on) {
        if (endpoint == Wire.BULK_OUT) {
            toChip.halt(on);
        } else if (in.containsKey(endpoint)) {
            in.get(endpoint).halt(on);
        } else {
            return false;
        }
        return true;
    }
}
