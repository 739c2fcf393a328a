up(q) = -log10(1 - q)
set mxtics 1
set lmargin at screen 0.1
set rmargin at screen 0.975
set tmargin at screen 0.885
set bmargin at screen 0.14
# What has no colour of its own is dotted.
ink(i, yes, no) = hue[i] eq 'ink' ? yes : no
eval svg(440, 340)
eval axes('time of a step (ms)', 'samples below (%), tail stretched')
set output name.'.svg'.part
plot for [i = 1:n] name.'.dat' index 's'.(i - 1) using 2:(up($1)) with steps lw 2 dt ink(i, 3, 1) lc rgb value(hue[i]) notitle, \
     for [i = 1:n] name.'.dat' index 's'.(i - 1).'_marked' using 2:(up($1)) with points pt 8 ps 0.8 lc rgb mark notitle, \
     for [i = 1:n] name.'.dat' index 's'.(i - 1).'_percentiles' using 2:(up($1)):3:4 with xerrorbars pt 7 ps 0.45 lw 3 lc rgb value(hue[i]) notitle
unset output
