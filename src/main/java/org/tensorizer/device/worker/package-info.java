/**
 * A device in a child process. What ends or hangs a process there is a {@link org.tensorizer.device.DeviceFault} here,
 * with the last lines that the runtime printed and what they mean.
 *
 * <p>Parent and child speak over a Unix domain socket in a private folder, in frames of {@code int length, byte type,
 * body}, little-endian. Tensors do not travel: their bytes stand in a file that both have mapped. The child's standard
 * output and error belong to the runtime and are kept apart. The child's standard input is the parent's life line: when
 * it ends, so does the child.
 */
package org.tensorizer.device.worker;
