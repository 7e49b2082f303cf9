/**
 * From a compiled network back to a plain quantized model: the operators of {@code network.graph}, with the scales that the
 * program's float32 fields determine and choices for those they leave free.
 */
package org.tensorizer.network.lift;
