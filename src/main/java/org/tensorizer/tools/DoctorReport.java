package org.tensorizer.tools;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import java.util.List;
import java.util.Locale;

/** All findings, in the order in which they are best read. */
public record DoctorReport(List<Finding> findings) {
    public DoctorReport {
        findings = List.copyOf(findings);
    }

    /** Whether anything stands in the way of the chosen device. */
    public boolean hasProblem() {
        return findings.stream().anyMatch(finding -> finding.status() == Finding.Status.PROBLEM);
    }

    /** 1 where there is a problem, else 0: notes do not count. */
    public int exitStatus() {
        return hasProblem() ? 1 : 0;
    }

    /** This as a JSON object; its field names are stable. */
    public String toJson() {
        JsonStringWriter json = JsonWriter.indent("  ").string();
        json.object().value("exit_status", exitStatus()).array("findings");
        for (Finding finding : findings) {
            json.object()
                    .value("check", finding.check())
                    .value("status", finding.status().toString())
                    .value("found", finding.found())
                    .value("remedy", finding.remedy())
                    .end();
        }
        return json.end().end().done() + "\n";
    }

    /**
     * What one check found.
     *
     * @param check its name; several findings may share one
     * @param found what is there, or what is not
     * @param remedy what to do, empty where there is nothing to be done
     */
    public record Finding(String check, Status status, String found, String remedy) {
        /** How bad it is. */
        public enum Status {
            /** As it should be. */
            OK,
            /** Worth knowing, and in nobody's way. */
            NOTE,
            /** The chosen device will not work, or not well, before this is mended. */
            PROBLEM;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        static Finding ok(String check, String found) {
            return new Finding(check, Status.OK, found, "");
        }

        static Finding note(String check, String found, String remedy) {
            return new Finding(check, Status.NOTE, found, remedy);
        }

        static Finding problem(String check, String found, String remedy) {
            return new Finding(check, Status.PROBLEM, found, remedy);
        }

        /** One line: {@code problem: USB Coral: ... -> remedy}. */
        @Override
        public String toString() {
            return status + ": " + check + ": " + found + (remedy.isEmpty() ? "" : " -> " + remedy);
        }
    }
}
