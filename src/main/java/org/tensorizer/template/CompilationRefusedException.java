package org.tensorizer.template;

import java.util.Optional;
import org.tensorizer.base.BadInputException;

/** edgetpu_compiler ran and gave no compiled model. The message names the reason where it is a known one. */
public final class CompilationRefusedException extends BadInputException {
    private static final long serialVersionUID = 1L;

    private final transient CompilerLog log;
    private final String text;

    CompilationRefusedException(String message, CompilerLog log, String text) {
        super(message);
        this.log = log;
        this.text = text;
    }

    public Optional<CompilerRefusal> refusal() {
        return log == null ? Optional.empty() : log.refusal();
    }

    /** All that the compiler printed. */
    public String log() {
        return text;
    }
}
