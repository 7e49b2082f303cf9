package org.tensorizer;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.io.FileOutputStream;
import java.io.FileWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may use whom. The pipeline of the README, as rules that fail the build. */
class ArchitectureTest {
    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        classes = new ClassFileImporter()
                .withImportOption(ArchitectureTest::isMain)
                .importPackages("org.tensorizer");
    }

    /** By the source, because a build may keep all classes in one folder. */
    static boolean isMain(Location location) {
        return isIn("src/main/java", location) || source(location).startsWith("org/tensorizer/model/schema/");
    }

    /** Whether the source of a class is below a folder. */
    static boolean isIn(String folder, Location location) {
        return Files.exists(Path.of(folder, source(location)));
    }

    private static String source(Location location) {
        String file = location.asURI().toString();
        return file.substring(file.lastIndexOf("/org/tensorizer/") + 1).replaceFirst("(\\$.*)?\\.class$", ".java");
    }

    @Test
    void eachLayerUsesOnlyWhatIsFurtherDownItsChain() {
        LayeredArchitecture layers = layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("cli")
                .definedBy("org.tensorizer.cli..")
                .layer("tools")
                .definedBy("org.tensorizer.tools..")
                .layer("harness")
                .definedBy("org.tensorizer.harness..")
                .layer("network")
                .definedBy("org.tensorizer.network..")
                .layer("gemm")
                .definedBy("org.tensorizer.gemm..")
                .layer("recovery")
                .definedBy("org.tensorizer.recovery..")
                .layer("device")
                .definedBy("org.tensorizer.device..")
                .layer("template")
                .definedBy("org.tensorizer.template..")
                .layer("patch")
                .definedBy("org.tensorizer.patch..")
                .layer("compiler")
                .definedBy("org.tensorizer.compiler..")
                .layer("conv")
                .definedBy("org.tensorizer.conv..")
                .layer("layout")
                .definedBy("org.tensorizer.layout..")
                .layer("dense")
                .definedBy("org.tensorizer.dense..")
                .layer("isa")
                .definedBy("org.tensorizer.isa..")
                .layer("model")
                .definedBy("org.tensorizer.model..")
                .layer("picture")
                .definedBy("org.tensorizer.picture..")
                .layer("base")
                .definedBy("org.tensorizer.base..")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("tools")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("harness")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("network")
                .mayOnlyBeAccessedByLayers("cli", "harness")
                .whereLayer("gemm")
                .mayOnlyBeAccessedByLayers("cli", "harness")
                .whereLayer("recovery")
                .mayOnlyBeAccessedByLayers("cli", "harness")
                .whereLayer("device")
                .mayOnlyBeAccessedByLayers("cli", "tools", "harness", "network", "gemm", "recovery")
                .whereLayer("template")
                .mayOnlyBeAccessedByLayers("cli", "harness", "network", "compiler", "gemm", "recovery")
                .whereLayer("patch")
                .mayOnlyBeAccessedByLayers("cli", "harness", "network", "gemm", "recovery", "template")
                .whereLayer("layout")
                .mayOnlyBeAccessedByLayers(
                        "cli", "harness", "network", "gemm", "recovery", "template", "patch", "compiler", "conv")
                .whereLayer("compiler")
                .mayOnlyBeAccessedByLayers("cli", "gemm")
                .whereLayer("conv")
                .mayOnlyBeAccessedByLayers("cli", "compiler", "gemm")
                .whereLayer("dense")
                .mayOnlyBeAccessedByLayers(
                        "cli", "harness", "gemm", "template", "patch", "layout", "conv", "compiler", "network")
                .whereLayer("picture")
                .mayOnlyBeAccessedByLayers("cli", "harness")
                .whereLayer("base")
                .mayNotAccessAnyLayer();
        layers.check(classes);
    }

    @Test
    void topLevelPackagesHaveNoCycles() {
        slices().matching("org.tensorizer.(*)..").should().beFreeOfCycles().check(classes);
    }

    @Test
    void packagesHaveNoCyclesAtAnyLevel() {
        slices().matching("org.tensorizer.(**)").should().beFreeOfCycles().check(classes);
    }

    /** It is the interface alone: what implements it is below it, what opens it is {@code device.open}. */
    @Test
    void theDeviceInterfaceKnowsNoDevice() {
        noClasses()
                .that()
                .resideInAPackage("org.tensorizer.device")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.tensorizer.device.(*)..")
                .check(classes);
    }

    @Test
    void jnaStaysAtTheNativeLine() {
        confine(
                "com.sun.jna..",
                "org.tensorizer.device.library..",
                "org.tensorizer.device.tflite..",
                "org.tensorizer.device.coral..",
                "org.tensorizer.device.usb.libusb..");
    }

    @Test
    void flatBuffersStayInModelAndTemplate() {
        confine("com.google.flatbuffers..", "org.tensorizer.model..", "org.tensorizer.template..");
        confine("org.tensorizer.model.schema..", "org.tensorizer.model..", "org.tensorizer.template..");
    }

    @Test
    void testFrameworksStayInTheHarness() {
        confine("org.junit..", "org.tensorizer.harness..", "org.tensorizer.experiments..");
        confine("io.qameta..", "org.tensorizer.harness..", "org.tensorizer.experiments..");
    }

    @Test
    void picocliStaysInTheCommandLine() {
        confine("picocli..", "org.tensorizer.cli..");
    }

    /** Each of these gives the child an environment of its own choice, and no shell reads the words. */
    @Test
    void childProcessesAreStartedInFourPlaces() {
        noClasses()
                .that(areNot("device.open.ChildCommand", "harness.RunFacts$Revision", "template.EdgeTpuCompiler"))
                .should()
                .callConstructor(ProcessBuilder.class, String[].class)
                .orShould()
                .callConstructor(ProcessBuilder.class, List.class)
                .orShould()
                .callMethodWhere(target(owner(type(Runtime.class))).and(target(nameMatching("exec"))))
                .check(classes);
    }

    /**
     * What a user keeps is written by {@code base}, as a whole. The others: the cache and the results of Allure are renamed
     * into their places, and so is a download; a counterexample's models go into a temporary folder; records, traces and the
     * page of a CI job grow by whole lines, a first difference is kept in a new folder, the pipeline writes into a temporary
     * one; and what is printed is no file.
     */
    @Test
    void filesAreWrittenAtomicallyOrByThoseWhoKnowHow() {
        noClasses()
                .that(areNot(
                        "base.AtomicFiles$Staged",
                        "device.library.LibraryCache",
                        "device.compare.Disagreement",
                        "device.usb.TracedBus",
                        "harness.ExperimentResults$Folder",
                        "experiments.OwnSourceGivesTheFile",
                        "harness.report.Report$JobSummary",
                        "tools.Download",
                        "cli.PipelineCommand",
                        "cli.Main$StandardOutput"))
                .should()
                .callMethodWhere(target(owner(type(Files.class)))
                        .and(target(nameMatching("write|writeString|newOutputStream|newBufferedWriter|copy|move"))))
                .orShould()
                .callConstructorWhere(target(owner(type(FileOutputStream.class).or(type(FileWriter.class)))))
                .check(classes);
    }

    private static DescribedPredicate<JavaClass> areNot(String... names) {
        return DescribedPredicate.describe(
                "are not " + List.of(names),
                each -> Stream.of(names).noneMatch(name -> each.getFullName().equals("org.tensorizer." + name)));
    }

    private static void confine(String library, String... packages) {
        ArchRule rule = noClasses()
                .that()
                .resideOutsideOfPackages(packages)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(library)
                .allowEmptyShould(true);
        rule.check(classes);
    }
}
