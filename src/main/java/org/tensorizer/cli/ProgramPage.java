package org.tensorizer.cli;

import static org.tensorizer.base.Printable.escaped;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tensorizer.compiler.Head;
import org.tensorizer.compiler.NetworkProgram;
import org.tensorizer.compiler.PlanSummary;
import org.tensorizer.conv.Convolution;
import org.tensorizer.conv.ImageChain;
import org.tensorizer.conv.Window;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.dense.Quantization;
import org.tensorizer.isa.Disassembler;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.InstructionStream;
import org.tensorizer.isa.Opcode;
import org.tensorizer.isa.TileFence;

/**
 * How a program of convolutions is put together, on one page: the memory plan of a tile, then every instruction in its order
 * with what it is there for and why it waits. The program is one that the compiler writes; what is said of it stands in
 * {@link ProgramNotes}. An instruction or a wait about which nothing is said fails here. Stateless, thread-safe.
 */
final class ProgramPage {
    private static final Pattern WAIT =
            Pattern.compile("(wait\\d\\(([A-Z_0-9]+) level \\d >= -?\\d+ [+-] \\d+k(, room)?\\))");
    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en"><meta charset="utf-8"><title>How a program is put together</title>
            <style>body{font:15px/1.45 sans-serif;margin:2em auto;max-width:1150px;padding:0 1em}
            table{border-collapse:collapse;width:100%%}td,th{padding:4px 10px;text-align:left;vertical-align:top}
            tr{border-top:1px solid #ddd}code{font-size:12px;color:#444;overflow-wrap:anywhere}
            .n{white-space:nowrap;color:#666}.w{margin:4px 0 0;padding-left:10px;border-left:3px solid #88b}
            rect{stroke:#333;stroke-width:.5}text{font:10px sans-serif}svg{max-width:100%%}</style>
            <h1>How a program is put together</h1>
            <p>One inference of three convolutions, an image of %s: %s. The compiler of this project writes %d instructions for
            it, %d bundles of 16 bytes. All 16 tiles run the same instructions, each on its part of the image; only what
            differs at the edges of the image is written for some tiles alone. Every unit of a tile works through its own
            queue: without the waits below they would run past each other.</p>
            <h2>The memory plan of a tile</h2>
            %s
            <h2>The instructions, in order</h2>
            <p>A wait such as <code>AVDATA level 1 &gt;= -1 + 1k</code> stands before block k of its instruction's walk, until the
            counter has reached that value; <i>room</i> guards the writing side. Sources: order and values are those of compiled
            programs; the reasons are derived, and the emulator refuses what is read too early. Nothing was run on a chip.</p>
            %s
            </html>
            """;

    private ProgramPage() {}

    /** Instructions alike that stand together: they are shown once. */
    private static final class Row {
        private final String key;
        private final String place;
        private final String unit;
        private final String text;
        private final ProgramNotes.Note note;
        private int count = 1;

        Row(String key, String place, String unit, String text, ProgramNotes.Note note) {
            this.key = key;
            this.place = place;
            this.unit = unit;
            this.text = text;
            this.note = note;
        }
    }

    static String html() {
        Quantization q = new Quantization(0.02f, 128, 0.01f, 128, 0.05f, 128);
        List<Convolution> layers = List.of(
                layer(64, new Window(3, 1, false), q),
                layer(64, new Window(3, 1, false), q),
                layer(96, Window.POINT, q));
        ImageChain chain = ImageChain.of(16, 16, 32, List.copyOf(layers));
        NetworkProgram program = NetworkProgram.of(chain, Head.NONE);
        byte[] bytes = program.executionOnly().get(0).bytes();
        InstructionStream stream = InstructionStream.frame("example", bytes);
        String names = layers.stream().map(Convolution::describe).collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                PAGE,
                chain.images().get(0),
                escaped(names),
                stream.size(),
                bytes.length / Opcode.BUNDLE_BYTES,
                PlanPage.pictures(PlanSummary.of(program)),
                sections(stream));
    }

    private static Convolution layer(int outputs, Window window, Quantization q) {
        return new Convolution(outputs, window, false, ParameterFormat.PER_CHANNEL_BIAS, Activation.RELU, q);
    }

    /** The rows of each section, in order. */
    static String sections(InstructionStream stream) {
        StringBuilder html = new StringBuilder();
        ProgramNotes.Section section = ProgramNotes.Section.START;
        int layer = 0;
        List<Row> rows = new ArrayList<>();
        for (int n = 0; n < stream.size(); n++) {
            Instruction instruction = stream.get(n);
            ProgramNotes.Section next = section.next(instruction, n > 0 ? stream.get(n - 1) : null, isLast(stream, n));
            boolean another = next == ProgramNotes.Section.LAYER
                    && n > 0
                    && stream.get(n - 1).opcode() == Opcode.RING_BUS_PRODUCER;
            if (next != section || another) {
                html.append(section(section, layer, rows));
                rows.clear();
                section = next;
                layer += next == ProgramNotes.Section.LAYER ? 1 : 0;
            }
            add(rows, section, instruction, stream.bundle(n));
        }
        return html.append(section(section, layer, rows)).toString();
    }

    /** Whether no layer follows. */
    private static boolean isLast(InstructionStream stream, int from) {
        for (int n = from; n < stream.size(); n++) {
            if (stream.get(n).opcode() == Opcode.RING_BUS_CONSUMER_1) {
                return false;
            }
        }
        return true;
    }

    private static void add(List<Row> rows, ProgramNotes.Section section, Instruction instruction, int bundle) {
        String text = Disassembler.text(instruction);
        List<String> counters = new ArrayList<>();
        Matcher wait = WAIT.matcher(text);
        while (wait.find()) {
            counters.add(wait.group(2) + (wait.group(3) == null ? "" : ", room"));
        }
        String unit = instruction.opcode().unit();
        ProgramNotes.Note note = ProgramNotes.of(section, instruction, counters);
        String key = unit + note;
        for (int back = 1; back <= Math.min(2, rows.size()); back++) {
            Row row = rows.get(rows.size() - back);
            if (row.key.equals(key)) {
                row.count++;
                return;
            }
        }
        String tiles = instruction.opcode().isTileOp() || instruction.opcode() == Opcode.TILE_FENCE
                ? String.format(Locale.ROOT, " %04x", instruction.tiles())
                : "";
        rows.add(new Row(key, bundle + tiles, unit, text, note));
    }

    private static String section(ProgramNotes.Section section, int layer, List<Row> rows) {
        String title = section.title() + (section == ProgramNotes.Section.LAYER ? " " + layer : "");
        StringBuilder html = new StringBuilder("<h3>" + escaped(title) + "</h3><p>" + escaped(section.about())
                + "</p>\n" + "<table><tr><th>bundle, tiles<th>unit<th>what it is there for, and why it waits</tr>\n");
        for (Row row : rows) {
            html.append("<tr><td class=\"n\">")
                    .append(row.place)
                    .append("<td class=\"n\">")
                    .append(row.unit)
                    .append(row.count > 1 ? " &times; " + row.count : "")
                    .append("<td>")
                    .append(escaped(row.note.purpose()));
            for (Map.Entry<String, String> reason : row.note.reasons().entrySet()) {
                html.append("<div class=\"w\"><b>")
                        .append(escaped(reason.getKey()))
                        .append("</b> ")
                        .append(escaped(reason.getValue()))
                        .append("</div>");
            }
            html.append("<br><code>").append(escaped(row.text)).append("</code></tr>\n");
        }
        return html.append("</table>\n").toString();
    }

    /** Whether a fence sets the counters of the tiles back. */
    static boolean setsCounters(Instruction instruction) {
        return instruction.opcode() == Opcode.TILE_FENCE && instruction.getInt(TileFence.COUNTERS) != 0;
    }
}
