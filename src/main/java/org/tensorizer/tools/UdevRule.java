package org.tensorizer.tools;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of a udev rule file, as far as it opens a USB device to users.
 *
 * @param file it stands in
 * @param group whose members it opens the device to
 * @param everybody whether it opens the device to all: by mode, or to who sits at the machine (uaccess)
 */
record UdevRule(Path file, String text, Optional<String> group, boolean everybody) {
    private static final Pattern GROUP = Pattern.compile("GROUP:?=\"([^\"]+)\"");
    private static final Pattern MODE = Pattern.compile("MODE:?=\"0?[0-7]{2}([0-7])\"");
    private static final Pattern UACCESS = Pattern.compile("TAG\\+?=\"uaccess\"");

    static UdevRule of(Path file, String line) {
        Matcher group = GROUP.matcher(line);
        Matcher mode = MODE.matcher(line);
        boolean worldWritable = mode.find() && (mode.group(1).charAt(0) - '0' & 2) != 0;
        return new UdevRule(
                file,
                line,
                group.find() ? Optional.of(group.group(1)) : Optional.empty(),
                worldWritable || UACCESS.matcher(line).find());
    }

    /** @param id vendor and product, such as {@code 1a6e:089a} */
    boolean isFor(String id) {
        String[] parts = id.split(":", -1);
        return names("idVendor", parts[0], false) && names("idProduct", parts[1], true);
    }

    private boolean names(String attribute, String value, boolean whereAbsent) {
        Matcher match =
                Pattern.compile("ATTRS?\\{" + attribute + "\\}==\"([^\"]*)\"").matcher(text);
        return match.find()
                ? Arrays.asList(match.group(1).toLowerCase(Locale.ROOT).split("\\|", -1))
                        .contains(value)
                : whereAbsent;
    }
}
