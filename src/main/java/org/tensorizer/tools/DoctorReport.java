package org.tensorizer.tools;

import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import java.util.List;

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
}
