package org.tensorizer.bench;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One measured number.
 *
 * @param name class and method, {@code PackingBenchmark.pack}
 * @param parameters of the benchmark, sorted by name
 * @param score a time: the mean, of sampled times the median
 * @param error half of JMH's 99.9 % interval, NaN if there is none
 * @param unit such as {@code us/op}
 * @param bytes allocated on the Java heap for one operation, NaN if it was not measured
 */
record Result(String name, Map<String, String> parameters, double score, double error, String unit, double bytes) {
    /** All results of a run. */
    static List<Result> read(Path jmhJson) throws IOException {
        try {
            JsonArray all = JsonParser.array().from(Files.readString(jmhJson));
            List<Result> results = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                results.add(of(all.getObject(i)));
            }
            results.sort(Comparator.comparing(Result::key));
            return results;
        } catch (JsonParserException e) {
            throw new IOException(jmhJson + " is no result of JMH: " + e.getMessage(), e);
        }
    }

    private static Result of(JsonObject json) {
        String full = json.getString("benchmark");
        int method = full.lastIndexOf('.');
        Map<String, String> parameters = new TreeMap<>();
        json.getObject("params", new JsonObject()).forEach((key, value) -> parameters.put(key, String.valueOf(value)));
        JsonObject metric = json.getObject("primaryMetric");
        JsonObject memory = json.getObject("secondaryMetrics", new JsonObject()).getObject("gc.alloc.rate.norm");
        return new Result(
                full.substring(full.lastIndexOf('.', method - 1) + 1),
                parameters,
                median(json.getString("mode"), metric),
                metric.getDouble("scoreError", Double.NaN),
                metric.getString("scoreUnit"),
                memory == null ? Double.NaN : memory.getDouble("score"));
    }

    /** Of sampled times the median: the mean is that of the garbage collector and of whatever else the machine does. */
    private static double median(String mode, JsonObject metric) {
        return mode.equals("sample")
                ? metric.getObject("scorePercentiles").getDouble("50.0")
                : metric.getDouble("score");
    }

    /** Name and parameters, what a baseline is found by. */
    String key() {
        return name + (parameters.isEmpty() ? "" : parameters.toString());
    }

    /** In microseconds, whatever the unit. */
    double micros() {
        return switch (unit) {
            case "ns/op" -> score / 1e3;
            case "us/op" -> score;
            case "ms/op" -> score * 1e3;
            case "s/op" -> score * 1e6;
            default -> throw new IllegalArgumentException(key() + " is measured in " + unit + ", expected a time");
        };
    }
}
