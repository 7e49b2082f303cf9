package org.tensorizer.template;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Why edgetpu_compiler gave no model, as far as its log tells. The texts are those of public issue threads about versions
 * 2.1 to 16.0; what to do about them is ours.
 */
public enum CompilerRefusal {
    OPERATOR_VERSION(
            "the source model was made by a converter newer than the compiler knows",
            "write the operator with an older version: Tensorizer's own source models do, and TensorFlow up to 2.10 does",
            "didn't find op for builtin opcode"),
    NOT_QUANTIZED(
            "the model is not quantized to 8 bits throughout",
            "quantize weights and activations to int8 (a representative data set is needed)",
            "model not quantized"),
    TOO_LARGE(
            "activation tensors do not fit the chip's memory",
            "make the layer smaller, or compile for an older runtime (--min_runtime_version), which maps less of it",
            "large activation tensors"),
    NOT_RUNNABLE(
            "TFLite itself cannot run the source model",
            "run the source model on the cpu device first",
            "model failed in tflite interpreter",
            "failed to allocate tensors"),
    DYNAMIC_SHAPE(
            "a tensor has a dimension that is not fixed",
            "convert with a fixed batch of 1",
            "dynamic-sized tensors",
            "dynamic-shape"),
    TIMEOUT(
            "the compiler gave up after its time limit",
            "raise the limit, or take a smaller model",
            "timed out",
            "timeout period expired"),
    INTERNAL(
            "the compiler failed without a reason (its own words: internal compiler error)",
            "look for infinite or zero scales and for tensors that are too large",
            "internal compiler error"),
    // last: the lines above explain it where they can
    NOT_PARSED("the source model could not be read", "check that the file is an uncompiled .tflite", "invalid model");

    private final String meaning;
    private final String advice;
    private final List<String> marks;

    CompilerRefusal(String meaning, String advice, String... marks) {
        this.meaning = meaning;
        this.advice = advice;
        this.marks = List.of(marks);
    }

    public String meaning() {
        return meaning;
    }

    /** What usually helps. */
    public String advice() {
        return advice;
    }

    static Optional<CompilerRefusal> in(String log) {
        String text = log.toLowerCase(Locale.ROOT);
        for (CompilerRefusal refusal : values()) {
            if (refusal.marks.stream().anyMatch(text::contains)) {
                return Optional.of(refusal);
            }
        }
        return Optional.empty();
    }
}
