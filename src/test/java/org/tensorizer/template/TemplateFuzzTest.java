package org.tensorizer.template;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.ByteRange;
import org.tensorizer.dense.Activation;
import org.tensorizer.dense.DenseShape;
import org.tensorizer.dense.ParameterFormat;
import org.tensorizer.fuzz.FlatDamage;
import org.tensorizer.fuzz.Fuzz;
import org.tensorizer.fuzz.Fuzz.Target;
import org.tensorizer.fuzz.Mutator;
import org.tensorizer.model.Executable;
import org.tensorizer.model.Tensor;
import org.tensorizer.model.TensorType;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.patch.Patch;
import org.tensorizer.patch.PatchTarget;
import org.tensorizer.patch.PatchedModel;
import org.tensorizer.patch.Pattern;
import org.tensorizer.patch.PayloadWriter;
import org.tensorizer.patch.Region;

/** Damage where the structure of templates and source models stands: recognised, patched, compiled, or refused. */
class TemplateFuzzTest {
    private static final DenseShape SHAPE = new DenseShape(64, 128, ParameterFormat.PER_CHANNEL_BIAS, Activation.RELU);

    /** Recognising a template assembles its program again to compare with; compiling writes a whole model. */
    @Test
    void damagedModelsAreRecognisedPatchedCompiledOrRefused(TestReporter reporter) {
        Fuzz.ofReader(1, BadInputException.class).run(targets(), reporter);
    }

    private static List<Target> targets() {
        DenseSpec spec = DenseSpecs.random(SHAPE, TensorType.INT8, 1).token(1).build();
        byte[] compiled = CompiledModelWriter.write(spec);
        byte[] source = SourceModelWriter.write(spec);
        return List.of(
                new Target("template", compiled, damage(compiled), TemplateFuzzTest::template),
                new Target("patch", compiled, damage(compiled), TemplateFuzzTest::patch),
                new Target("source", source, damage(source), TemplateFuzzTest::source));
    }

    private static FlatDamage damage(byte[] bytes) {
        TfliteModel model = TfliteModel.parse("sound", bytes);
        List<ByteRange> bulk = new ArrayList<>();
        model.tensors().stream()
                .map(Tensor::data)
                .filter(data -> data.length() > 600)
                .forEach(bulk::add);
        model.packages()
                .forEach(each ->
                        each.executables().stream().map(Executable::parameters).forEach(bulk::add));
        return new FlatDamage(bytes, Mutator.sparing(bytes, bulk));
    }

    private static void template(String name, byte[] bytes) {
        DenseTemplate template = DenseTemplate.of(TfliteModel.parse(name, bytes));
        template.expected(new byte[template.shape().inputs()]);
        template.weights();
        PayloadWriter writer = PayloadWriter.open(template.target());
        template.layout().pack(template.weights(), writer.bytes(), writer.payloadStart());
        TemplateVerification.of(template.model());
    }

    private static void patch(String name, byte[] bytes) {
        PatchTarget target = PatchTarget.of(TfliteModel.parse(name, bytes));
        PatchedModel.of(target, Patch.of(Region.payload(), Pattern.xor(0x5a)))
                .record()
                .toJson();
    }

    private static void source(String name, byte[] bytes) {
        SourceModel.of(TfliteModel.parse(name, bytes)).compile();
    }
}
