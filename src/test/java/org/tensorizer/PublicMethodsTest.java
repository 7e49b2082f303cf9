package org.tensorizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nothing is public for the sake of tests: what nobody else calls is package-private, or gone. */
class PublicMethodsTest {
    /** Class, its public methods that nobody calls here (*: any), and why they are public. */
    private static final String EXCEPTIONS = """
            base.ByteRange contains: a range can say what it contains
            device.emulator.ChipParameters columnMajor withRounding: wrong chips, on which library tests have to fail
            device.emulator.EmulatedProgram chip linked run: one program without TFLite around it
            device.emulator.LinkedProgram name: one program without TFLite around it
            device.open.Devices open: the README's way to open the device of the settings
            device.record.RecordingDevice of: recording as a library does it
            device.tflite.TfliteSession open: sessions with a kernel of one's own
            gemm.ByteMatrix row: matrices have their rows and elements
            gemm.ExactGemm multiply: the README's library, one vector
            gemm.ExactPlan text uploadBytes: what an exact product costs, before a device is there
            gemm.Gemm apply newWeights stream use: the README's library: no command sets weights at run time
            gemm.WeightScales fit perChannel: the README's library
            gemm.WeightSet bias weights: the README's library
            harness.Counterexample isDevice open test writeModels: the trials that experiments name are run by a test
            harness.Outputs$Differ getActual getExpected: opentest4j's interface, which development environments ask
            isa.Disassembler text: a listing without a file
            isa.InstructionStream checkClosed toBytes: the instruction set as a library reads and writes it
            isa.Walk strides: what a wrong walk is made of
            network.InnerTensors *: where a network first goes wrong
            network.InnerTensors$Tensor *: where a network first goes wrong
            network.NetworkWriter session: networks as a library patches them
            patch.MatrixPattern weights: a pattern is a matrix, also without a model
            template.SourceGraphBuilder *: source models of networks as a library and the tests write them
            template.SourceModel read: reading a file, beside reading a model in memory
            """;

    private static final Set<String> INHERITED = Set.of("toString", "equals", "hashCode", "close", "main");

    @Test
    void havePublicCallers() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(at -> ArchitectureTest.isMain(at) || ArchitectureTest.isIn("experiments", at))
                .importPackages("org.tensorizer");
        Set<String> uncalled = classes.stream()
                .filter(each -> each.getModifiers().contains(JavaModifier.PUBLIC) && !each.isAnnotation())
                .filter(each -> !each.getPackageName().startsWith("org.tensorizer.model.schema")
                        && !each.getPackageName().startsWith("org.tensorizer.experiments"))
                .flatMap(each -> each.getMethods().stream())
                .filter(method ->
                        isForOthers(method) && method.getAccessesToSelf().isEmpty())
                .map(method ->
                        method.getOwner().getName().substring("org.tensorizer.".length()) + "." + method.getName())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> excepted = excepted();
        uncalled.removeIf(method ->
                excepted.contains(method) || excepted.contains(method.substring(0, method.lastIndexOf('.')) + ".*"));
        assertThat(uncalled).isEmpty();
    }

    private static Set<String> excepted() {
        return EXCEPTIONS
                .lines()
                .map(line -> line.substring(0, line.indexOf(':')).split(" "))
                .flatMap(words -> Stream.of(words).skip(1).map(method -> words[0] + "." + method))
                .collect(Collectors.toCollection(TreeSet::new));
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
