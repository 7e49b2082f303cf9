package org.tensorizer.tools;

import java.nio.file.Files;
import java.nio.file.Path;

/** The JVM is new enough, or nothing here would run; Maven also needs its compiler. */
final class JavaCheck {
    private static final String CHECK = "Java";

    private JavaCheck() {}

    static Finding run(Machine machine) {
        Path home = machine.javaHome();
        String found = machine.javaVersion() + " (" + home + ")";
        boolean compiles = Files.exists(home.resolve("bin/javac")) || Files.exists(home.resolve("bin/javac.exe"));
        return compiles
                ? Finding.ok(CHECK, "JDK " + found)
                : Finding.note(
                        CHECK,
                        "runtime " + found + " without a compiler",
                        "mvn test needs a JDK, 17 or newer; the runnable jar does not");
    }
}
