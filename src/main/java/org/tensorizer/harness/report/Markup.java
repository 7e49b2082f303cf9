package org.tensorizer.harness.report;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorizer.base.Printable;

/** Texts as parts of a page: whatever they hold, they are shown and do nothing. */
final class Markup {
    private static final int LONGEST = 2000;
    private static final Pattern LINK = Pattern.compile("https?://[^\\s,;)\"<>]+");

    private Markup() {}

    /** A verdict on its colour. */
    static String pill(String verdict) {
        return "<span class=\"pill " + style(verdict) + "\">" + text(verdict) + "</span>";
    }

    /** The class of a verdict's colour. */
    static String style(String verdict) {
        return verdict.replace(' ', '-');
    }

    /** Text in which addresses can be followed. */
    static String linked(String words) {
        Matcher links = LINK.matcher(words);
        StringBuilder html = new StringBuilder();
        int end = 0;
        while (links.find()) {
            html.append(text(words.substring(end, links.start())))
                    .append("<a rel=\"noreferrer\" href=\"")
                    .append(text(links.group()))
                    .append("\">")
                    .append(text(links.group()))
                    .append("</a>");
            end = links.end();
        }
        return html.append(text(words.substring(end))).toString();
    }

    /** Text that a page shows as it stands, on one line. */
    static String text(String raw) {
        return Printable.html(raw, LONGEST);
    }
}
