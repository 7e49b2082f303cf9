/**
 * TensorFlow Lite's C API through JNA. JNA's types appear in no public signature. Everything that C would answer with a
 * crash (a wrong size or index, use after delete, two threads in one interpreter) is checked here, in Java, first.
 */
package org.tensorizer.device.tflite;
