package org.tensorizer.device.tflite;

import java.util.List;

/** {@code TfLiteStatus} in words. */
final class Status {
    private static final List<String> NAMES = List.of(
            "ok",
            "error",
            "delegate error",
            "application error",
            "delegate data not found",
            "delegate data write error",
            "delegate data read error",
            "unresolved ops",
            "cancelled");

    private Status() {}

    static String text(int status) {
        return "status " + status + (status >= 0 && status < NAMES.size() ? " (" + NAMES.get(status) + ")" : "");
    }
}
