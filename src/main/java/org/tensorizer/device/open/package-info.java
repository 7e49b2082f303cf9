/**
 * From a text such as {@code usb:1} to a device one can use: which kinds there are ({@link
 * org.tensorizer.device.open.DeviceKind}), which of them {@code auto} takes, and what stands in front of a device
 * ({@link org.tensorizer.device.open.DeviceStack}). Knows all packages below {@code device}; none of them knows this one.
 *
 * <p>A kind that may end or hang its process lives in a child process. What ends or hangs a process there is a {@link
 * org.tensorizer.device.DeviceFault} here, with the last lines that the runtime printed and what they mean. Parent and child
 * speak over a Unix domain socket in a private folder, in frames of {@code int length, byte type, body}. Tensors do not
 * travel: their bytes stand in a file that both have mapped. The child's standard output and error belong to the runtime
 * and are kept apart. The child's standard input is the parent's life line: when it ends, so does the child.
 */
package org.tensorizer.device.open;
