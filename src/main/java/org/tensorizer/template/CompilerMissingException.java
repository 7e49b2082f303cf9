package org.tensorizer.template;

import org.tensorizer.base.BadInputException;

/** edgetpu_compiler is not on this machine. The message says where it was looked for and what does the job without it. */
public final class CompilerMissingException extends BadInputException {
    private static final long serialVersionUID = 1L;

    CompilerMissingException(String looked) {
        super("edgetpu_compiler is not installed: " + looked
                + ". It is closed and exists for x86-64 Linux only. Without it: `template dense` writes a complete compiled"
                + " Dense model, `template from SOURCE.tflite` compiles Dense layers of an existing one, on any machine."
                + " To use the original, install the package edgetpu-compiler (coral.ai/docs/edgetpu/compiler) or give its"
                + " path with -D" + EdgeTpuCompiler.PROPERTY + "=FILE");
    }
}
