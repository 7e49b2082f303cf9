package org.tensorizer.device.emulator;

import org.tensorizer.model.Relocation;

/**
 * Where a transfer lies in the memory of the host.
 *
 * @param kind of the region
 * @param name of the input or output, empty for parameters and scratch
 * @param at first byte within the region
 */
public record HostPlace(Relocation.Kind kind, String name, int at) {}
