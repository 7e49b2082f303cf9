/**
 * Compiled Dense models one may patch: written from numbers ({@link org.tensorizer.template.CompiledModelWriter}), compiled
 * from a quantized source model ({@link org.tensorizer.template.SourceModel}), made by edgetpu_compiler where it is
 * installed ({@link org.tensorizer.template.EdgeTpuCompiler}), or simply read
 * ({@link org.tensorizer.template.DenseTemplate}), which also says what the layer must answer. What the compiler made and
 * what we predict are compared by {@link org.tensorizer.template.TemplateVerification}.
 */
package org.tensorizer.template;
