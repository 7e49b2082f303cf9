package org.tensorizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nothing is public for the sake of tests: what nobody else calls is package-private, or gone. */
class PublicMethodsTest {
    /** Beginnings of class names whose public methods may have no caller here, and why. */
    private static final Map<String, String> EXCEPTIONS = new TreeMap<>(Map.ofEntries(
            Map.entry("base.ByteRange", "a range can say what it contains"),
            Map.entry("base.Npy", "reading a file is the other half of writing it"),
            Map.entry(
                    "compiler.NetworkProgram", "programs placed as another compiler placed them, which tests compare"),
            Map.entry("conv.", "programs placed as another compiler placed them, which tests compare"),
            Map.entry("device.compare.ComparisonReport", "the report as a library gives it"),
            Map.entry("device.coral.CoralDevice", "facts of an open device that no command asks for"),
            Map.entry("device.emulator.ChipParameters", "the wrong chips on which experiments have to fail"),
            Map.entry("device.emulator.EmulatedProgram", "one program without TFLite around it"),
            Map.entry("device.emulator.LinkedProgram", "one program without TFLite around it"),
            Map.entry("device.open.Devices", "the README's way to open the device of the settings"),
            Map.entry("device.open.WorkerDevice", "facts of an open device that no command asks for"),
            Map.entry("device.record.", "recording and replaying as a library does it"),
            Map.entry("device.tflite.TfliteSession", "sessions as a library opens them"),
            Map.entry("device.usb.", "facts and settings of the driver that no command asks for"),
            Map.entry("device.virtual.VirtualSettings", "what a virtual Coral can be told"),
            Map.entry("gemm.", "the README's library: no command multiplies matrices"),
            Map.entry("harness.Counterexample", "the trials that experiments name are run by a test"),
            Map.entry("harness.OutputsDiffer", "opentest4j's interface, which development environments ask"),
            Map.entry("isa.", "the instruction set as a library reads and writes it"),
            Map.entry("patch.MatrixPattern", "a pattern is a matrix, also without a model"),
            Map.entry("template.SourceGraphBuilder", "source models of networks as a library writes them"),
            Map.entry("template.SourceModel", "reading a file, beside reading a model in memory"),
            Map.entry("network.", "networks as a library reads, patches and explains them")));

    private static final Set<String> INHERITED = Set.of("toString", "equals", "hashCode", "close", "main");

    @Test
    void havePublicCallers() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(at -> ArchitectureTest.isMain(at) || ArchitectureTest.isIn("experiments", at))
                .importPackages("org.tensorizer");
        List<String> uncalled = classes.stream()
                .filter(each -> each.getModifiers().contains(JavaModifier.PUBLIC) && !each.isAnnotation())
                .filter(each -> !each.getPackageName().startsWith("org.tensorizer.model.schema")
                        && !each.getPackageName().startsWith("org.tensorizer.experiments"))
                .filter(each -> EXCEPTIONS.keySet().stream()
                        .noneMatch(start -> each.getName().startsWith("org.tensorizer." + start)))
                .flatMap(each -> each.getMethods().stream())
                .filter(method ->
                        isForOthers(method) && method.getAccessesToSelf().isEmpty())
                .map(JavaMethod::getFullName)
                .sorted()
                .toList();
        assertThat(uncalled).isEmpty();
    }

    /** Written here, public, and neither a record's component nor prescribed by a type above. */
    private static boolean isForOthers(JavaMethod method) {
        JavaClass owner = method.getOwner();
        Set<JavaModifier> modifiers = method.getModifiers();
        boolean generated = modifiers.contains(JavaModifier.SYNTHETIC)
                || modifiers.contains(JavaModifier.BRIDGE)
                || owner.isEnum() && Set.of("values", "valueOf").contains(method.getName());
        boolean component = owner.isRecord()
                && method.getRawParameterTypes().isEmpty()
                && owner.getFields().stream().map(JavaField::getName).anyMatch(method.getName()::equals);
        return modifiers.contains(JavaModifier.PUBLIC)
                && !generated
                && !component
                && !INHERITED.contains(method.getName())
                && !isPrescribed(method);
    }

    private static boolean isPrescribed(JavaMethod method) {
        JavaClass owner = method.getOwner();
        return Stream.concat(owner.getAllRawSuperclasses().stream(), owner.getAllRawInterfaces().stream())
                .flatMap(above -> above.getMethods().stream())
                .anyMatch(above -> above.getName().equals(method.getName())
                        && above.getRawParameterTypes().size()
                                == method.getRawParameterTypes().size());
    }
}
