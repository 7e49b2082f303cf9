/** Two devices on the same questions: how true an emulator is to silicon, or any device to any other. */
package org.tensorizer.device.compare;
