/**
 * USB devices for other programs: a server of the kernel's USB/IP protocol (Documentation/usb/usbip_protocol.rst, version
 * 1.1.1) for any {@link org.tensorizer.device.usb.UsbBus}.
 */
package org.tensorizer.device.usbip;
