package org.tensorizer.dense;

/** What a row of {@code programs.tsv} or {@code payloads.tsv} begins with. */
public final class DenseRow {
    private DenseRow() {}

    /** Columns 0 to 2: input channels, output channels, number of the format. */
    public static DenseShape shape(String[] column) {
        return DenseShape.of(
                Integer.parseInt(column[0]),
                Integer.parseInt(column[1]),
                ParameterFormat.of(Integer.parseInt(column[2])));
    }

    /** Columns 3 to 8 of {@code programs.tsv}: scale and zero point of the input, of the weights, of the output. */
    public static Quantization quantization(String[] column) {
        return new Quantization(
                Float.parseFloat(column[3]),
                Integer.parseInt(column[4]),
                Float.parseFloat(column[5]),
                Integer.parseInt(column[6]),
                Float.parseFloat(column[7]),
                Integer.parseInt(column[8]));
    }
}
