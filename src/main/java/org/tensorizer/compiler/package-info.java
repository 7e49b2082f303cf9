/**
 * A compiler for the Edge TPU: from a quantized .tflite to a compiled one, without Google's.
 *
 * <p>The images of a network are {@link org.tensorizer.conv}'s. Here is what follows them ({@link
 * org.tensorizer.compiler.Head}): pixels are gathered and averaged, fully connected layers, softmax; the whole program
 * ({@link org.tensorizer.compiler.NetworkProgram}).
 */
package org.tensorizer.compiler;
