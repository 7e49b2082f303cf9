package org.tensorizer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may use whom. The pipeline of the README, as rules that fail the build. */
class ArchitectureTest {
    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("org.tensorizer");
    }

    @Test
    void eachLayerUsesOnlyWhatIsFurtherDownItsChain() {
        LayeredArchitecture layers = layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("cli")
                .definedBy("org.tensorizer.cli..")
                .layer("harness")
                .definedBy("org.tensorizer.harness..")
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
                .layer("layout")
                .definedBy("org.tensorizer.layout..")
                .layer("isa")
                .definedBy("org.tensorizer.isa..")
                .layer("model")
                .definedBy("org.tensorizer.model..")
                .layer("picture")
                .definedBy("org.tensorizer.picture..")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("harness")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("gemm")
                .mayOnlyBeAccessedByLayers("cli", "harness")
                .whereLayer("recovery")
                .mayOnlyBeAccessedByLayers("cli", "harness")
                .whereLayer("device")
                .mayOnlyBeAccessedByLayers("cli", "harness", "gemm", "recovery")
                .whereLayer("template")
                .mayOnlyBeAccessedByLayers("cli", "harness", "gemm", "recovery")
                .whereLayer("patch")
                .mayOnlyBeAccessedByLayers("cli", "harness", "gemm", "recovery", "template")
                .whereLayer("layout")
                .mayOnlyBeAccessedByLayers("cli", "harness", "gemm", "recovery", "template", "patch")
                .whereLayer("isa")
                .mayOnlyBeAccessedByLayers(
                        "cli", "harness", "gemm", "recovery", "template", "patch", "layout", "device")
                .whereLayer("picture")
                .mayOnlyBeAccessedByLayers("cli", "harness");
        layers.check(classes);
    }

    @Test
    void topLevelPackagesHaveNoCycles() {
        slices().matching("org.tensorizer.(*)..").should().beFreeOfCycles().check(classes);
    }

    @Test
    void jnaStaysAtTheNativeLine() {
        confine("com.sun.jna..", "org.tensorizer.device.tflite..", "org.tensorizer.device.coral..");
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
