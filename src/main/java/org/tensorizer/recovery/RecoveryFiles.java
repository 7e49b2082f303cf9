package org.tensorizer.recovery;

import com.grack.nanojson.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorizer.base.Npy;
import org.tensorizer.recovery.RecoveredLayout.Budget;

/** A recovered layout as files: the map as NPY and CSV, the roles as NPY, the summary as JSON. Stateless. */
public final class RecoveryFiles {
    private RecoveryFiles() {}

    /**
     * The content of {@code map.npy}, {@code map.csv}, {@code roles.npy} and {@code summary.json}, by name; the summary,
     * which tells about the others, is the last.
     */
    public static Map<String, byte[]> of(RecoveredLayout layout) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        CellMap weights = layout.weights();
        files.put(
                "map.npy",
                Npy.of(weights.toArray(), layout.shape().toArray(Integer[]::new))
                        .toBytes());
        files.put("map.csv", csv(layout));
        files.put("roles.npy", roles(layout).toBytes());
        files.put("summary.json", summary(layout).getBytes(StandardCharsets.UTF_8));
        return files;
    }

    /** Role codes, uint8, shape [payload bytes]; the codes are those of {@link RecoveredLayout#roleCodes}. */
    public static Npy roles(RecoveredLayout layout) {
        return new Npy(Npy.Type.UINT8, List.of(layout.payloadBytes()), layout.roleCodes());
    }

    /**
     * Lines {@code out,in,offset} under that header, of a kernel larger than 1x1 {@code out,ky,kx,in,offset}, row by row; an
     * unknown offset is left empty. ASCII.
     */
    public static byte[] csv(RecoveredLayout layout) {
        CellMap map = layout.weights();
        boolean hasTaps = layout.shape().size() > 2;
        StringBuilder text =
                new StringBuilder(16 * map.known() + 16).append(hasTaps ? "out,ky,kx,in,offset\n" : "out,in,offset\n");
        for (int out = 0; out < map.rows(); out++) {
            for (int in = 0; in < map.columns(); in++) {
                text.append(out).append(',');
                if (hasTaps) {
                    int tap = in / layout.channels();
                    text.append(tap / layout.kernelWidth())
                            .append(',')
                            .append(tap % layout.kernelWidth())
                            .append(',');
                }
                text.append(in % layout.channels()).append(',');
                if (map.at(out, in) != CellMap.UNKNOWN) {
                    text.append(map.at(out, in));
                }
                text.append('\n');
            }
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Everything but the map itself, as JSON. */
    public static String summary(RecoveredLayout layout) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("template", layout.template());
        json.put("device", layout.device());
        json.put("evidence", layout.provenance().toString());
        json.put("complete", layout.isComplete());
        json.put("outputs", layout.weights().rows());
        json.put("inputs", layout.weights().columns());
        json.put("payload_bytes", layout.payloadBytes());
        json.put("cells_known", layout.weights().known());
        json.put("cells_struck", layout.struckCells());
        json.put("roles", layout.roleCounts());
        layout.formula().ifPresent(fit -> json.put("weights", formula(fit)));
        Map<String, Object> headers = new LinkedHashMap<>();
        layout.headers().forEach((kind, fit) -> headers.put(kind, formula(fit)));
        json.put("headers", headers);
        Map<String, Object> encoding = new LinkedHashMap<>();
        encoding.put("number", layout.encoding().number());
        encoding.put("sign", layout.encoding().sign());
        encoding.put("order", layout.encoding().order());
        encoding.put("zero_point", layout.zeroPoint(0));
        encoding.put("text", layout.encodingText());
        json.put("encoding", encoding);
        Budget budget = layout.budget();
        Map<String, Object> cost = new LinkedHashMap<>();
        cost.put("bound", budget.bound());
        cost.put("levels", budget.levels());
        cost.put("used", budget.used());
        cost.put("inferences", budget.inferences());
        cost.put("ratio", Math.round(1000 * budget.ratio()) / 1000.0);
        cost.put("recorded", budget.recorded());
        cost.put("contradictions", budget.contradictions());
        cost.put("by_phase", budget.byPhase());
        json.put("answers", cost);
        return JsonWriter.indent("  ").string().object(json).done() + "\n";
    }

    private static Map<String, Object> formula(FormulaFit fit) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("formula", fit.formula().toString());
        json.put("regular", fit.isRegular());
        json.put("cells", fit.known());
        json.put("matching", fit.matching());
        fit.counterexample().ifPresent(cell -> {
            Map<String, Object> first = new LinkedHashMap<>();
            first.put("row", cell.row());
            first.put("column", cell.column());
            first.put("predicted", cell.predicted());
            first.put("found", cell.found());
            json.put("first_counterexample", first);
        });
        return json;
    }
}
