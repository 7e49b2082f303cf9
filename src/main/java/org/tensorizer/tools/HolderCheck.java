package org.tensorizer.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Other processes that have a Coral open: one at a time owns it. */
final class HolderCheck {
    private static final String CHECK = "in use";

    private HolderCheck() {}

    static Finding run(Surroundings surroundings) {
        List<Path> nodes = surroundings.nodes();
        if (nodes.isEmpty()) {
            return Finding.ok(CHECK, "no Coral that anybody could hold");
        }
        Machine machine = surroundings.machine();
        List<String> names = nodes.stream().map(machine::name).toList();
        List<String> holders = new ArrayList<>();
        int closed = 0;
        for (Path process : machine.list(machine.at("proc"), "[0-9]*")) {
            String pid = process.getFileName().toString();
            if (pid.equals(Long.toString(machine.pid()))) {
                continue;
            }
            if (!Files.isReadable(process.resolve("fd"))) {
                closed++;
                continue;
            }
            for (Path descriptor : machine.list(process.resolve("fd"), "*")) {
                String target = target(descriptor);
                if (names.contains(target)) {
                    String program = machine.read(process.resolve("comm")).orElse("?");
                    holders.add("process " + pid + " (" + program + ") has " + target);
                    break;
                }
            }
        }
        String unseen = closed == 0 ? "" : "; " + closed + " processes of other users could not be looked into";
        return holders.isEmpty()
                ? Finding.ok(CHECK, "no other process has " + String.join(", ", names) + unseen)
                : surroundings.trouble(
                        CHECK, String.join(", ", holders) + unseen, "end it: one process at a time owns a Coral");
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }
}
