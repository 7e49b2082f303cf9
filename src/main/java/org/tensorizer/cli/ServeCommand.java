package org.tensorizer.cli;

import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.usb.TracedBus;
import org.tensorizer.device.usb.UsbBus;
import org.tensorizer.device.usb.UsbPort.Speed;
import org.tensorizer.device.usbip.UsbIpServer;
import org.tensorizer.device.virtual.Fault;
import org.tensorizer.device.virtual.VirtualBus;
import org.tensorizer.device.virtual.VirtualSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "serve",
        description =
                "Virtual Corals over USB/IP: USB devices in software that any Edge TPU program of a Linux machine can attach"
                        + " and use. What they answer comes from the emulator. Runs until it is interrupted.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "On the machine that is to have one: modprobe vhci-hcd; usbip attach -r 127.0.0.1 -b 1-1; lsusb",
            "USB/IP knows no permission: whoever reaches the port can use the devices.",
            "KIND of a fault: stall, timeout, unplug, short-output, lost-event, duplicate-event, wrong-tag, stuck-power, busy,"
                    + " fatal-interrupt, slow-link; N: at the how manieth program (power state, claim), 1 without it."
        })
final class ServeCommand implements Callable<Integer> {
    private static final long TERMINAL_MILLIS = 1000;
    private static final long LINE_MILLIS = 10_000;

    @Option(names = "--port", paramLabel = "PORT", description = "Default: 3240. 0: any that is free.")
    private int port = UsbIpServer.PORT;

    @Option(names = "--bind", paramLabel = "ADDRESS", description = "Where to listen. Default: 127.0.0.1.")
    private String bind = "127.0.0.1";

    @Option(names = "--devices", paramLabel = "N", description = "How many, at 1-1, 1-2, ... Default: 1.")
    private int devices = 1;

    @Option(names = "--boot", description = "Begin in the boot loader, as a Coral does that was just plugged in.")
    private boolean boot;

    @Option(names = "--speed", paramLabel = "SPEED", description = "super (default) or high.")
    private String speed = "super";

    @Option(names = "--fault", paramLabel = "KIND[:N]", description = "Something that goes wrong, on each device once.")
    private List<String> faults = List.of();

    @Option(
            names = "--pace",
            description = "Answer when link and chip would: a calculation. Default: as fast as possible.")
    private boolean pace;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "Append every event to a file, a line each; usb-trace shows it with names.")
    private Path trace;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (port < 0 || port > 0xffff) {
            throw new BadInputException("--port: expected 0 to 65535, found " + port);
        }
        PrintWriter err = spec.commandLine().getErr();
        Optional<Consumer<String>> events = Optional.ofNullable(trace).map(TracedBus::file);
        Consumer<String> log = line -> {
            print(err, line);
            events.ifPresent(to -> to.accept("# " + line));
        };
        VirtualSettings settings = new VirtualSettings(
                devices, boot, speed(), faults.stream().map(Fault::parse).toList(), pace, log);
        try (VirtualBus bus = new VirtualBus(settings);
                UsbIpServer server = UsbIpServer.start(
                        events.<UsbBus>map(to -> new TracedBus(bus, to)).orElse(bus),
                        new InetSocketAddress(bind, port),
                        log)) {
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            PrintWriter out = spec.commandLine().getOut();
            out.println("listening at " + bind + " port " + server.address().getPort() + ": " + devices
                    + (devices == 1 ? " emulated Edge TPU" : " emulated Edge TPUs") + ", attach with: usbip attach -r "
                    + bind + " -b 1-1");
            out.flush();
            progress(bus, server, err);
        }
        return FactsCommand.OK;
    }

    private Speed speed() {
        return switch (speed.toLowerCase(Locale.ROOT)) {
            case "super" -> Speed.SUPER;
            case "high" -> Speed.HIGH;
            default -> throw new BadInputException("--speed: expected super or high, found \"" + speed + "\"");
        };
    }

    private static synchronized void print(PrintWriter err, String line) {
        err.println(line);
        err.flush();
    }

    /** Says how many inferences there were, while there are some. Ends when the thread is interrupted. */
    private static void progress(VirtualBus bus, UsbIpServer server, PrintWriter err) {
        boolean terminal = System.console() != null;
        long every = terminal ? TERMINAL_MILLIS : LINE_MILLIS;
        long before = 0;
        try {
            while (true) {
                Thread.sleep(every);
                long now = bus.inferences();
                if (now > before) {
                    print(
                            err,
                            String.format(
                                    Locale.ROOT,
                                    "%,d inferences, %,.0f a second, hosts: %d",
                                    now,
                                    (now - before) * 1000.0 / every,
                                    server.hosts()));
                }
                before = now;
            }
        } catch (InterruptedException e) {
            // the caller has had enough
        }
    }
}
