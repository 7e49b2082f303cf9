package org.tensorizer.device.coral;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Setting;

/**
 * How libedgetpu is to drive the chip.
 *
 * @param delegateOptions such as {@code Performance} (Low, Medium, High, Max), {@code Usb.AlwaysDfu},
 *     {@code Usb.MaxBulkInQueueLength}
 * @param verbosity 0 (silent) to 10
 */
public record CoralSettings(Map<String, String> delegateOptions, int verbosity) {
    private static final Setting OPTIONS = new Setting("tensorizer.coral.options");
    private static final Setting VERBOSITY = new Setting("tensorizer.coral.verbosity");

    /** What libedgetpu knows; of a name that it does not know it says nothing (seen on the unmodified library). */
    private static final Map<String, Pattern> KNOWN = Map.of(
            "Performance", Pattern.compile("Low|Medium|High|Max"),
            "Usb.AlwaysDfu", Pattern.compile("True|False"),
            "Usb.MaxBulkInQueueLength", Pattern.compile("\\d{1,9}"));

    /** @throws BadInputException an option or a value that libedgetpu does not know, or a verbosity out of range */
    public CoralSettings {
        delegateOptions = Map.copyOf(delegateOptions);
        delegateOptions.forEach(CoralSettings::require);
        if (verbosity < 0 || verbosity > 10) {
            throw new BadInputException(VERBOSITY + ": expected 0 to 10, found " + verbosity);
        }
    }

    /** From {@code -Dtensorizer.coral.options=NAME=VALUE,...} and {@code -Dtensorizer.coral.verbosity=N}. */
    public static CoralSettings ofUser() {
        String verbosity = VERBOSITY.value().orElse("0");
        if (!verbosity.matches("\\d{1,2}")) {
            throw new BadInputException(VERBOSITY + ": expected 0 to 10, found \"" + verbosity + "\"");
        }
        return new CoralSettings(parse(OPTIONS.value().orElse("")), Integer.parseInt(verbosity));
    }

    private static void require(String name, String value) {
        Pattern values = KNOWN.get(name);
        if (values == null) {
            throw new BadInputException(OPTIONS + ": libedgetpu has no option \"" + name + "\", expected one of "
                    + KNOWN.keySet().stream().sorted().toList());
        }
        if (!values.matcher(value).matches()) {
            throw new BadInputException(
                    OPTIONS + ": " + name + ": expected " + values.pattern() + ", found \"" + value + "\"");
        }
    }

    static Map<String, String> parse(String text) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                throw new BadInputException(OPTIONS + ": expected NAME=VALUE, found \"" + part + "\"");
            }
            options.put(
                    part.substring(0, equals).strip(),
                    part.substring(equals + 1).strip());
        }
        return options;
    }
}
