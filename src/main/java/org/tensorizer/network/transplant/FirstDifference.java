package org.tensorizer.network.transplant;

import java.util.List;
import org.tensorizer.network.graph.Graph;
import org.tensorizer.network.graph.LayerOperator;
import org.tensorizer.network.source.SourceGraph;
import org.tensorizer.network.source.SourceLayer;

/** Says why a source is not the network that was compiled: by the first layer that differs, where one does. */
final class FirstDifference {
    private FirstDifference() {}

    /**
     * @param output from which the two were compared
     * @param problem where the comparison ended
     */
    static String explain(Graph graph, SourceGraph source, String output, String problem) {
        List<LayerOperator> compiled = graph.layers();
        List<SourceLayer> layers = source.model().operators().stream()
                .filter(source::isLayer)
                .map(source::layer)
                .toList();
        String place = source.model().name() + ": not the network that was compiled (seen from output "
                + org.tensorizer.base.Printable.name(output) + "): ";
        for (int i = 0; i < Math.min(compiled.size(), layers.size()); i++) {
            String difference = LayerFit.difference(compiled.get(i), layers.get(i));
            if (!difference.isEmpty()) {
                return place + "the first layer that differs is layer " + i + ": " + compiled.get(i)
                        + " of the compiled network " + difference + " (operator "
                        + layers.get(i).operator().index() + ")";
            }
        }
        if (compiled.size() != layers.size()) {
            return place + layers.size() + " layers with weights, the compiled network has " + compiled.size();
        }
        return place + problem;
    }
}
