package org.tensorizer.compiler;

import java.util.List;
import org.tensorizer.compiler.NetworkReference.Pixels;
import org.tensorizer.conv.ChainStep;
import org.tensorizer.conv.ChainStep.Concatenation;
import org.tensorizer.conv.ChainStep.Enlargement;
import org.tensorizer.conv.ChainStep.Mapping;
import org.tensorizer.conv.ChainStep.Product;
import org.tensorizer.dense.Elementwise;
import org.tensorizer.dense.Quantization;
import org.tensorizer.isa.FunctionTable;
import org.tensorizer.isa.Instruction;
import org.tensorizer.isa.Op;

/**
 * Steps without weights from their definition; knows nothing of tiles, memories or instructions, but for a table's numbers.
 */
final class ElementReference {
    private ElementReference() {}

    static Pixels run(ChainStep step, List<Pixels> images, Pixels from) {
        if (step instanceof Mapping mapping) {
            return map(mapping.element(), from);
        }
        if (step instanceof Concatenation concatenation) {
            return join(concatenation, images);
        }
        if (step instanceof Product product) {
            return multiply(product, images.get(product.older()), from);
        }
        return enlarge((Enlargement) step, from);
    }

    static Pixels map(Elementwise element, Pixels from) {
        return new Pixels(from.height(), from.width(), from.channels(), map(element, from.values()));
    }

    static int[] map(Elementwise element, int[] values) {
        int[] results = new int[values.length];
        for (int i = 0; i < results.length; i++) {
            float value = (values[i] - element.inputZeroPoint()) * element.multiplier();
            value = Math.min(Math.max(value, element.clampMin()), element.clampMax());
            if (element.table(1).isPresent()) {
                boolean odd = element.op().getInt(Op.ODD_TABLE) != 0;
                float size = polynomial(element.table(1).get(), odd ? Math.abs(value) : value);
                value = odd && value < 0 ? -size : odd && value == 0 ? 0 : size;
            }
            results[i] = Math.min(255, Math.max(0, (int) Math.rint(value) + element.outputZeroPoint()));
        }
        return results;
    }

    /** A polynomial of degree 4 in the segment that the argument lies in. */
    static float polynomial(Instruction table, float x) {
        int segment = 0;
        for (var point : FunctionTable.BREAK_POINT) {
            segment += table.getFloat(point) <= x ? 1 : 0;
        }
        float value = 0;
        for (int power = FunctionTable.COEFFICIENTS - 1; power >= 0; power--) {
            int number = FunctionTable.COEFFICIENTS * segment + power;
            value = value * x + table.getFloat(FunctionTable.COEFFICIENT.get(number));
        }
        return value;
    }

    private static Pixels join(Concatenation step, List<Pixels> images) {
        Pixels first = images.get(step.operands().get(0).image());
        int[] values = new int[first.height() * first.width() * step.outputs()];
        int at = 0;
        for (Concatenation.Operand operand : step.operands()) {
            Pixels part = map(operand.element(), images.get(operand.image()));
            for (int pixel = 0; pixel < first.height() * first.width(); pixel++) {
                for (int c = 0; c < part.channels(); c++) {
                    values[pixel * step.outputs() + at + c] = part.values()[pixel * part.channels() + c];
                }
            }
            at += part.channels();
        }
        return new Pixels(first.height(), first.width(), step.outputs(), values);
    }

    private static Pixels multiply(Product step, Pixels older, Pixels before) {
        Quantization q = step.quantization();
        float multiplier = q.inputScale() * q.weightScale() * (1 / q.outputScale());
        int zero = q.outputZeroPoint();
        float low = NetworkReference.clamp(-zero, q.outputScale(), step.activation(), false);
        float high = NetworkReference.clamp(255 - zero, q.outputScale(), step.activation(), true);
        int[] values = new int[before.values().length];
        for (int i = 0; i < values.length; i++) {
            long product = (long) (older.values()[i] - q.inputZeroPoint()) * (before.values()[i] - q.weightZeroPoint());
            values[i] = NetworkReference.quantize(product, multiplier, low, high, zero);
        }
        return new Pixels(before.height(), before.width(), before.channels(), values);
    }

    private static Pixels enlarge(Enlargement step, Pixels from) {
        int height = 2 * from.height();
        int width = 2 * from.width();
        int channels = from.channels();
        int[] values = new int[height * width * channels];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < channels; c++) {
                    int at = (y * width + x) * channels + c;
                    values[at] = step.bilinear() ? between(from, y, x, c) : from.at(y / 2, x / 2, c);
                }
            }
        }
        return new Pixels(height, width, channels, values);
    }

    /** Each axis has a pixel 3/4 near and one 1/4 near; exact in a double. */
    private static int between(Pixels from, int y, int x, int c) {
        double sourceY = (y + 0.5) / 2 - 0.5;
        double sourceX = (x + 0.5) / 2 - 0.5;
        int top = (int) Math.floor(sourceY);
        int left = (int) Math.floor(sourceX);
        double sum = 0;
        for (int dy = 0; dy < 2; dy++) {
            for (int dx = 0; dx < 2; dx++) {
                double near = (1 - Math.abs(sourceY - top - dy)) * (1 - Math.abs(sourceX - left - dx));
                int row = Math.min(Math.max(top + dy, 0), from.height() - 1);
                int column = Math.min(Math.max(left + dx, 0), from.width() - 1);
                sum += near * from.at(row, column, c);
            }
        }
        return (int) Math.rint(sum);
    }
}
