import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Looks for an experiment by name before anything is compiled: {@code java ExperimentNames.java FOLDER NAME[#METHOD]}, as
 * surefire writes it: several with commas, {@code *} for any characters. Ends with 1 and a list if there is none.
 */
class ExperimentNames {
    public static void main(String[] arguments) throws IOException {
        TreeMap<String, String> sources = new TreeMap<>();
        try (Stream<Path> files = Files.walk(Path.of(arguments[0]))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                String source = Files.readString(file);
                if (source.contains("@Hypothesis") || source.contains("@Test")) {
                    sources.put(file.getFileName().toString().replace(".java", ""), source);
                }
            }
        }
        for (String wanted : arguments[1].split("\\s*,\\s*")) {
            String name = wanted.replaceFirst("#.*", "").replaceFirst(".*[./]", "");
            List<String> found = sources.keySet().stream().filter(glob(name)).toList();
            if (found.isEmpty()) {
                end("No experiment is called " + name + ". There are:" + lines(sources.keySet().stream()));
            }
            if (wanted.contains("#")) {
                checkMethod(sources.get(found.get(0)), found.get(0), wanted.replaceFirst(".*#", ""));
            }
        }
    }

    private static void checkMethod(String source, String name, String method) {
        List<String> methods = Pattern.compile("(?m)^    void (\\w+)\\(")
                .matcher(source)
                .results()
                .map(found -> found.group(1))
                .toList();
        String first = method.replaceFirst("\\+.*", "");
        if (methods.stream().noneMatch(glob(first))) {
            end(name + " has no method " + first + ". There are:" + lines(methods.stream()));
        }
    }

    private static java.util.function.Predicate<String> glob(String text) {
        return Pattern.compile(
                        Stream.of(text.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")))
                .asMatchPredicate();
    }

    private static String lines(Stream<String> names) {
        return names.map(name -> "\n    " + name).collect(Collectors.joining());
    }

    private static void end(String message) {
        System.out.println(message);
        System.exit(1);
    }
}
