package org.tensorizer.cli;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorizer.base.AtomicFiles;
import org.tensorizer.base.AtomicFiles.Existing;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.Device;
import org.tensorizer.layout.PayloadLayout;
import org.tensorizer.layout.RowLayout;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.TemplateReader;
import org.tensorizer.patch.PatchedLayer;
import org.tensorizer.picture.Grid;
import org.tensorizer.picture.HeatMap;
import org.tensorizer.picture.Png;
import org.tensorizer.picture.Scale;
import org.tensorizer.recovery.CellMap;
import org.tensorizer.recovery.ModelTarget;
import org.tensorizer.recovery.PayloadTarget;
import org.tensorizer.recovery.RecoveredLayout;
import org.tensorizer.recovery.Recovery;
import org.tensorizer.recovery.RecoveryFiles;
import org.tensorizer.recovery.WindowTarget;
import org.tensorizer.template.LayerTemplate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "recover",
        description =
                "Finds where every weight stands in a template's payload, and the formula of it, from what the"
                        + " device answers. Uses sizes, the kernel's place on the image and the payload's in the file, nothing else.",
        footer = {
            "",
            "In DIR: answers.log (every answer; run the same command again after an interruption and nothing is asked"
                    + " twice), map.npy and map.csv (payload offset of W[out][in] or W[out][ky][kx][in]), roles.npy, layout.png,"
                    + " roles.png, difference.png, summary.json.",
            "",
            "Ends with status 1 if the map is incomplete or differs from the layout that Tensorizer predicts."
        })
final class RecoverCommand extends FactsCommand {
    private static final int PIXELS = 512;

    /** Rows and columns of the inset of the map. */
    private static final int INSET = 16;

    private static final List<String> FILES =
            List.of("map.npy", "map.csv", "roles.npy", "layout.png", "roles.png", "difference.png", "summary.json");

    @Parameters(paramLabel = "TEMPLATE", description = "A compiled .tflite of one layer.")
    private Path file;

    @Mixin
    private Options.OnDevice device;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder for map, pictures, summary and record.")
    private Path folder;

    @Override
    public Integer call() throws IOException {
        TfliteModel model = TfliteModel.read(file);
        Optional<LayerTemplate> template = template(model);
        ProgressBar bar = progress("answers");
        RecoveredLayout layout;
        try (Device opened = device.open()) {
            Recovery recovery = Recovery.of(target(model, template, opened))
                    .reportingTo(now -> bar.update(now.answers(), now.expected()));
            if (folder != null) {
                Files.createDirectories(folder);
                FILES.forEach(name -> AtomicFiles.check(folder.resolve(name), Existing.REPLACE, file));
                recovery.recordingTo(folder.resolve("answers.log"));
            }
            layout = recovery.run();
        } finally {
            bar.finish();
        }
        Optional<PatchedLayer> predicted = template.map(LayerTemplate::layer);
        int different =
                predicted.map(known -> differing(layout.weights(), known)).orElse(0);
        Facts facts = facts(layout, predicted.isPresent(), different);
        if (folder != null) {
            write(layout, predicted);
        }
        print(facts);
        return layout.isComplete() && different == 0 ? OK : REFUTED;
    }

    /** What Tensorizer makes of the model; empty if it does not know such a program. */
    private static Optional<LayerTemplate> template(TfliteModel model) {
        try {
            return Optional.of(TemplateReader.of(model));
        } catch (BadInputException e) {
            return Optional.empty();
        }
    }

    /** Of the template the recovery is told how the kernel lies on the image, and nothing of the layout. */
    private PayloadTarget target(TfliteModel model, Optional<LayerTemplate> template, Device opened) {
        ModelTarget target = new ModelTarget(model, opened);
        if (template.isEmpty()
                || template.get().window().inputBytes()
                        == template.get().window().channels()) {
            return target;
        }
        if (!(template.get().layer().layout() instanceof RowLayout)) {
            throw new BadInputException(file + ": " + template.get().layer().name() + ": an output of a depthwise layer"
                    + " reads one channel, expected a layer whose outputs read all");
        }
        return new WindowTarget(target, template.get().window());
    }

    private static int differing(CellMap map, PatchedLayer predicted) {
        int count = 0;
        for (int out = 0; out < map.rows(); out++) {
            for (int column = 0; column < map.columns(); column++) {
                if (map.at(out, column) != offset(predicted, out, column)) {
                    count++;
                }
            }
        }
        return count;
    }

    /** Predicted payload offset; columns are taps and input channels. */
    private static int offset(PatchedLayer layer, int out, int column) {
        PayloadLayout layout = layer.layout();
        int tap = column / layout.inputs();
        return layer.at() + layout.offset(out, tap / layout.width(), tap % layout.width(), column % layout.inputs());
    }

    private Facts facts(RecoveredLayout layout, boolean isPredicted, int different) {
        CellMap map = layout.weights();
        Facts facts = new Facts()
                .put("template", file)
                .put("device", layout.device())
                .put("evidence", layout.provenance().toString())
                .put("outputs", map.rows())
                .put("inputs", layout.channels());
        if (layout.shape().size() > 2) {
            facts.put("kernel", List.of(layout.kernelHeight(), layout.kernelWidth()))
                    .put(
                            "in_of_the_formula",
                            "(ky*" + layout.kernelWidth() + " + kx)*" + layout.channels() + " + input channel");
        }
        facts.put("weights_found", map.known())
                .put("formula", layout.formula().map(Object::toString).orElse("none: no weight was found"))
                .put("encoding", layout.encodingText());
        layout.headers().forEach((kind, fit) -> facts.put(kind + "_formula", fit.toString()));
        Facts roles = new Facts();
        layout.roleCounts().forEach(roles::put);
        Facts phases = new Facts();
        layout.budget().byPhase().forEach(phases::put);
        facts.put("payload_bytes_by_role", roles)
                .put("invocations", layout.budget().used())
                .put("inferences", layout.budget().inferences())
                .put("invocations_bound", layout.budget().bound())
                .put("times_the_bound", layout.budget().ratio())
                .put("levels_per_answer", layout.budget().levels())
                .put("invocations_by_phase", phases)
                .put("answers_from_the_record", layout.budget().recorded())
                .put("answers_that_did_not_repeat", layout.budget().contradictions())
                .put("cells_struck_by_verification", layout.struckCells())
                .put("complete", layout.isComplete())
                .put("cells_that_differ_from_the_prediction", isPredicted ? different : null)
                .put("out", folder);
        return facts;
    }

    private void write(RecoveredLayout layout, Optional<PatchedLayer> predicted) {
        CellMap map = layout.weights();
        Map<String, byte[]> made = new HashMap<>(RecoveryFiles.of(layout));
        Grid offsets = Grid.of(map.rows(), map.columns(), map::at);
        made.put(
                "layout.png",
                withInset(
                        "payload offset of W"
                                + (layout.shape().size() > 2
                                        ? "[out][ky][kx][in], out down, ky, kx, in across"
                                        : "[out][in], out down, in across"),
                        offsets));
        byte[] codes = layout.roleCodes();
        int width = (int) Math.ceil(Math.sqrt(codes.length));
        Grid roles = Grid.of(
                (codes.length + width - 1) / width,
                width,
                (r, c) -> r * width + c < codes.length ? codes[r * width + c] : 0);
        made.put(
                "roles.png",
                picture(
                        "payload bytes: grey unknown, blue weight, orange scale, green bias, pink zero point",
                        roles,
                        Scale.classes()));
        predicted.ifPresent(known -> {
            Grid difference = Grid.of(map.rows(), map.columns(), (out, in) -> map.at(out, in) - offset(known, out, in));
            made.put(
                    "difference.png",
                    picture("recovered minus predicted offset", difference, Scale.around0(difference)));
        });
        AtomicFiles files = new AtomicFiles(Existing.REPLACE, file);
        FILES.stream().filter(made::containsKey).forEach(name -> files.add(folder.resolve(name), made.get(name)));
        files.write();
    }

    /**
     * The whole map beside its first cells, large enough to be told apart: at the scale of a layer one cannot see that four
     * inputs of one output stand side by side.
     */
    private static byte[] withInset(String title, Grid grid) {
        Scale scale = Scale.spanning(grid);
        Grid first = Grid.of(Math.min(INSET, grid.rows()), Math.min(INSET, grid.columns()), grid::at);
        BufferedImage whole = new HeatMap(title, grid, scale).draw(PIXELS, PIXELS);
        BufferedImage inset = new HeatMap(
                        "the first " + first.rows() + " x " + first.columns() + " cells", first, Scale.spanning(first))
                .draw(PIXELS / 2, PIXELS / 2);
        BufferedImage both = new BufferedImage(
                whole.getWidth() + inset.getWidth(),
                Math.max(whole.getHeight(), inset.getHeight()),
                BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = both.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, both.getWidth(), both.getHeight());
        graphics.drawImage(whole, 0, 0, null);
        graphics.drawImage(inset, whole.getWidth(), 0, null);
        graphics.dispose();
        return Png.bytes(both);
    }

    private static byte[] picture(String title, Grid grid, Scale scale) {
        return Png.bytes(new HeatMap(title, grid, scale).draw(PIXELS, PIXELS));
    }
}
